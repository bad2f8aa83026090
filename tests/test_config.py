"""config.ini and the environment → Config, or every problem at once."""

import re
from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.config import APP_KEYS, KEYS, App, Config, ConfigError, Server, Spotify, StoreSection, load

ROOT = Path(__file__).parents[1]
MINIMAL = "[spotify]\nclient_id = abcd1234\n"


def load_text(folder: Path, text: str, **environment: str) -> Config:
    path = folder / "config.ini"
    path.write_text(text, encoding="utf-8")
    return load(path, environment)


def problems_of(folder: Path, text: str, **environment: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load_text(folder, text, **environment)
    return refused.value.problems


def test_a_client_id_is_all_it_takes(tmp_path: Path) -> None:
    config = load_text(tmp_path, MINIMAL)
    assert config == Config(Spotify((App("default", "abcd1234"),)), store=StoreSection(tmp_path / "store"))


def test_every_key_arrives(tmp_path: Path) -> None:
    secret = "s" * 32
    config = load_text(
        tmp_path,
        f"""
        [server]
        host = 0.0.0.0
        port = 9000
        public_url = https://music.example.org/
        secret_key = {secret}
        operators = ada, smedjan.2 ,ada
        names = songswap, Music.lan
        trusted_proxies = 172.18.0.0/16, 2001:db8::7
        metrics_token = 0123456789abcdef
        [store]
        path = /srv/songswap
        [spotify]
        client_id = first123
        client_secret = hush
        api_url = http://127.0.0.1:9001
        accounts_url = http://127.0.0.1:9001/accounts/
        [spotify.living-room]
        client_id = second123
        [youtube]
        api_key = key
        api_url = http://127.0.0.1:9002
        [history]
        poll_minutes = 30
        [features]
        paste_back = off
        metrics = NO
        [log]
        level = Debug
        """.replace("        ", ""),
    )
    server = Server("0.0.0.0", 9000, "https://music.example.org", secret, ("ada", "smedjan.2"))
    proxies = (ip_network("172.18.0.0/16"), ip_network("2001:db8::7"))
    more: dict[str, Any] = {
        "names": ("songswap", "music.lan"),
        "trusted_proxies": proxies,
        "metrics_token": "0123456789abcdef",
    }
    assert config.server == replace(server, **more)
    assert "0123456789abcdef" not in repr(config)
    assert config.store.path == Path("/srv/songswap")
    assert config.spotify.apps == (App("default", "first123", "hush"), App("living-room", "second123"))
    assert config.spotify.api_url == "http://127.0.0.1:9001"
    assert config.spotify.accounts_url == "http://127.0.0.1:9001/accounts"
    assert (config.youtube.api_key, config.youtube.api_url) == ("key", "http://127.0.0.1:9002")
    assert config.history.poll_minutes == 30
    assert (config.features.paste_back, config.features.metrics) == (False, False)
    assert config.log.level == "debug"


def test_proxies_on_this_machine_are_believed_unless_others_or_none_are_named(tmp_path: Path) -> None:
    assert load_text(tmp_path, MINIMAL).server.trusted_proxies == (ip_network("127.0.0.1"), ip_network("::1"))
    assert load_text(tmp_path, MINIMAL + "[server]\ntrusted_proxies = none\n").server.trusted_proxies == ()


def test_the_environment_goes_first(tmp_path: Path) -> None:
    config = load_text(
        tmp_path,
        MINIMAL + "[spotify.living-room]\nclient_id = second123\n[server]\nport = 9000\n",
        SONGSWAP_SERVER_PORT="9100",
        SONGSWAP_SPOTIFY_CLIENT_ID="fromenv1",
        SONGSWAP_SPOTIFY_LIVING_ROOM_CLIENT_SECRET="hush",
        SONGSWAP_LOG_LEVEL="warning",
    )
    assert config.server.port == 9100
    assert config.spotify.apps == (App("default", "fromenv1"), App("living-room", "second123", "hush"))
    assert config.log.level == "warning"


def test_an_empty_variable_means_the_default(tmp_path: Path) -> None:
    assert load_text(tmp_path, MINIMAL + "[server]\nport = 9000\n", SONGSWAP_SERVER_PORT="").server.port == 8770


def test_variables_of_others_are_left_alone(tmp_path: Path) -> None:
    assert load_text(tmp_path, MINIMAL, PORT="1", SONGSWAP="x", SONGSWAP_REQUIRE_BROWSER="1").server.port == 8770


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = """
[server]
port = 70000
pubic_url = https://music.example.org
secret_key = short
[stor]
path = store
[spotify]
api_url = api.spotify.com
[spotify.second]
client_secret = hush
[features]
metrics = perhaps
[log]
level = loud
"""
    assert problems_of(tmp_path, text, SONGSWAP_SERVER_PROT="1") == [
        "SONGSWAP_SERVER_PROT: unknown environment variable; did you mean SONGSWAP_SERVER_PORT?",
        "[server] port: must be a port number from 1 to 65535",
        "[server] pubic_url: unknown key; did you mean public_url?",
        "[server] secret_key: must be at least 32 characters (leave it empty to have one made and kept in the store)",
        "[stor]: unknown section; did you mean store?",
        "[spotify] api_url: must be an address such as https://music.example.org",
        "[features] metrics: must be on or off",
        "[log] level: must be debug, info, warning or error",
        "[spotify.second] client_id: missing",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "[spotify] client_id: missing; README.md tells how to get one from Spotify's dashboard"),
        ("[spotify]\nclient_id =\n", "[spotify] client_id: missing; README.md tells how to get one"),
        ("[spotify]\nclient_secret = hush\n", "[spotify] client_id: missing"),
        ("[spotify]\nclient_id = a b\n", "[spotify] client_id: must be the client id from the Spotify dashboard"),
        (
            "[spotify.two]\nclient_id = a b\n",
            "[spotify.two] client_id: must be the client id from the Spotify dashboard",
        ),
        (MINIMAL + "[history]\npoll_minutes = 3\n", "[history] poll_minutes: must be a whole number of minutes"),
        (MINIMAL + "[history]\npoll_minutes = -1\n", "[history] poll_minutes: must be a whole number of minutes"),
        (MINIMAL + "[spotify.two]\nclient_id = abcd1234\n", "[spotify] client_id: abcd1234 is there twice"),
        (
            MINIMAL + "[spotify.default]\nclient_id = abcd5678\n",
            "[spotify.default]: that is the name of [spotify] itself",
        ),
        (MINIMAL + "[spotify.Two]\nclient_id = abcd5678\n", "[spotify.Two]: unknown section; did you mean spotify?"),
        (MINIMAL + "[weather]\nsun = yes\n", "[weather]: unknown section; known are server, store, spotify"),
        (MINIMAL + "[DEFAULT]\nport = 1\n", "[DEFAULT]: unknown section"),
        (MINIMAL + "[log]\nbanana = yes\n", "[log] banana: unknown key; known are level"),
        (MINIMAL + "[server]\nhost = a b\n", "[server] host: must be an address to listen on"),
        (MINIMAL + "[server]\nport = 0\n", "[server] port: must be a port number from 1 to 65535"),
        (MINIMAL + "[server]\nport = 8770 ; mine\n", "[server] port: must be a port number from 1 to 65535"),
        (MINIMAL + "[server]\npublic_url = http://localhost:8770\n", "[server] public_url: must not be localhost"),
        (MINIMAL + "[server]\npublic_url = https://a.example/music\n", "[server] public_url: must not have a path"),
        (MINIMAL + "[server]\npublic_url = ftp://a.example\n", "[server] public_url: must be an address"),
        (MINIMAL + "[server]\npublic_url = https://me:pw@a.example\n", "[server] public_url: must be an address"),
        (MINIMAL + "[server]\noperators = ada,,bob\n", "[server] operators: must be Spotify user ids"),
        (MINIMAL + "[server]\noperators = ada@example.org\n", "[server] operators: must be Spotify user ids"),
        (MINIMAL + "[server]\noperators = https://open.spotify.com/user/ada\n", "[server] operators: must be Spotify"),
        (MINIMAL + "[server]\nnames = http://music.lan\n", "[server] names: must be names with commas"),
        (MINIMAL + "[server]\nnames = music.lan:8770\n", "[server] names: must be names with commas"),
        (MINIMAL + "[server]\ntrusted_proxies = caddy\n", "[server] trusted_proxies: must be addresses or networks"),
        (MINIMAL + "[server]\ntrusted_proxies = 10.0.0.1/8\n", "[server] trusted_proxies: must be addresses or"),
        (MINIMAL + "[server]\nmetrics_token = short\n", "[server] metrics_token: must be at least 16 characters"),
        (MINIMAL + "[server]\npublic_url = http://a.example:99999\n", "[server] public_url: must be an address"),
        (MINIMAL + "[store]\npath = a\0b\n", "[store] path: must be a folder"),
        ("port = 1\n", "File contains no section headers."),
        (MINIMAL + "client_id = abcd5678\n", "option 'client_id' in section 'spotify' already exists"),
        (MINIMAL + MINIMAL, "section 'spotify' already exists"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, problem: str) -> None:
    (told,) = problems_of(tmp_path, text)
    assert problem in told


def test_a_missing_file_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"mine\.ini: no such file; copy config\.template\.ini to mine\.ini"):
        load(tmp_path / "mine.ini", {})


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: Is a directory"):
        load(tmp_path, {})


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.ini").write_bytes(b"[spotify]\nclient_id = \xff\xfe\n")
    with pytest.raises(ConfigError, match=r"config\.ini: can't be read: it is not UTF-8 text"):
        load(tmp_path / "config.ini", {})


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert load_text(tmp_path, "\N{ZERO WIDTH NO-BREAK SPACE}" + MINIMAL).spotify.apps


@pytest.mark.parametrize(
    ("public_url", "url", "redirect_uri"),
    [
        ("", "http://127.0.0.1:8770", "http://127.0.0.1:8770/callback"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000", "http://127.0.0.1:9000/callback"),
        ("http://[::1]:9000", "http://[::1]:9000", "http://[::1]:9000/callback"),
        ("https://a.example", "https://a.example", "https://a.example/callback"),
        ("http://192.168.1.20:8770", "http://192.168.1.20:8770", "http://127.0.0.1:8770/callback"),
    ],
)
def test_spotify_sends_people_back_to_https_or_the_loopback_address(
    public_url: str, url: str, redirect_uri: str
) -> None:
    server = Server(public_url=public_url)
    assert (server.url, server.redirect_uri) == (url, redirect_uri)


def test_an_app_that_was_taken_out_is_none(tmp_path: Path) -> None:
    spotify = load_text(tmp_path, MINIMAL).spotify
    assert spotify.app("default") == App("default", "abcd1234")
    assert spotify.app("gone") is None


def test_secrets_stay_out_of_what_is_printed(tmp_path: Path) -> None:
    secrets = {"SECRET_KEY": "k" * 32, "CLIENT_SECRET": "hush-hush", "API_KEY": "quiet-quiet"}
    config = load_text(
        tmp_path,
        MINIMAL,
        SONGSWAP_SERVER_SECRET_KEY=secrets["SECRET_KEY"],
        SONGSWAP_SPOTIFY_CLIENT_SECRET=secrets["CLIENT_SECRET"],
        SONGSWAP_YOUTUBE_API_KEY=secrets["API_KEY"],
    )
    assert not any(secret in repr(config) for secret in secrets.values())


def uncommented_template() -> str:
    template = (ROOT / "config.template.ini").read_text(encoding="utf-8")
    return re.sub(r"^#(?=\[|\w+ =)", "", template, flags=re.MULTILINE)


def test_the_template_shows_every_key_and_no_other() -> None:
    shown: dict[str, list[str]] = {}
    for line in uncommented_template().splitlines():
        if section := re.fullmatch(r"\[(.+)\]", line):
            shown[section[1]] = keys = []
        elif key := re.match(r"(\w+) =", line):
            keys.append(key[1])
    assert shown == {name: list(keys) for name, keys in KEYS.items()} | {"spotify.NAME": list(APP_KEYS)}


def test_the_template_shows_the_defaults(tmp_path: Path) -> None:
    text = uncommented_template().replace("[spotify.NAME]\nclient_id =\nclient_secret =\n", "")
    assert load_text(tmp_path, text, SONGSWAP_SPOTIFY_CLIENT_ID="abcd1234") == load_text(tmp_path, MINIMAL)


def test_the_template_needs_only_a_client_id(tmp_path: Path) -> None:
    template = (ROOT / "config.template.ini").read_text(encoding="utf-8")
    assert [problem.split(":")[0] for problem in problems_of(tmp_path, template)] == ["[spotify] client_id"]
    assert load_text(tmp_path, template, SONGSWAP_SPOTIFY_CLIENT_ID="abcd1234") == load_text(tmp_path, MINIMAL)


def config_or_problems(path: Path, environment: Mapping[str, str]) -> Config | list[str]:
    try:
        return load(path, environment)
    except ConfigError as error:
        return error.problems


WORDS = st.sampled_from([*KEYS, *KEYS["server"], *KEYS["spotify"], "spotify.two", "=", "[", "]", "\n", " ", "on", "1"])


@given(st.lists(WORDS | st.text(max_size=8), max_size=30).map("".join))
def test_any_file_gives_a_config_with_an_app_or_problems(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.ini"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    outcome = config_or_problems(path, {})
    assert outcome.spotify.apps if isinstance(outcome, Config) else outcome


@given(st.sampled_from([(name, key) for name, keys in KEYS.items() for key in keys]), st.text(max_size=80))
def test_any_value_is_taken_or_refused_by_its_name(
    tmp_path_factory: pytest.TempPathFactory, where: tuple[str, str], value: str
) -> None:
    section, key = where
    path = tmp_path_factory.getbasetemp() / "empty.ini"
    path.touch()
    variables = {"SONGSWAP_SPOTIFY_CLIENT_ID": "abcd1234", f"SONGSWAP_{section}_{key}".upper(): value}
    outcome = config_or_problems(path, variables)
    if value.strip() and not isinstance(outcome, Config):
        assert [problem.startswith(f"[{section}] {key}: must ") for problem in outcome] == [True]
