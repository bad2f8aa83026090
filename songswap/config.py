"""`config.ini` and the environment → one frozen Config, or every problem at once."""

import configparser
import difflib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "::1")


class ConfigError(Exception):
    """The configuration can't be used. `problems` names each with its section and key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Server:
    """Where the server listens, and the address people know it by."""

    host: str = "127.0.0.1"
    port: int = 8770
    public_url: str = ""
    secret_key: str = field(default="", repr=False)
    operators: tuple[str, ...] = ()
    """Spotify's user ids of those who look after this SongSwap, and see the operator's page."""

    @property
    def url(self) -> str:
        """Address people open, without a slash at its end."""
        return self.public_url or f"http://127.0.0.1:{self.port}"

    @property
    def redirect_uri(self) -> str:
        """Where Spotify sends people back to: https, or the loopback address (Spotify accepts nothing else)."""
        base = self.url if self.url.startswith("https://") or urlsplit(self.url).hostname in LOOPBACK else ""
        return (base or f"http://127.0.0.1:{self.port}") + "/callback"


@dataclass(frozen=True)
class StoreSection:
    """Where everything is kept."""

    path: Path = Path("store")


@dataclass(frozen=True)
class App:
    """One Spotify app of the operator: five seats."""

    name: str
    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Spotify:
    """The operator's apps, where Spotify answers, and whence the script comes that makes a page a player."""

    apps: tuple[App, ...]
    api_url: str = "https://api.spotify.com"
    accounts_url: str = "https://accounts.spotify.com"
    sdk_url: str = "https://sdk.scdn.co/spotify-player.js"
    daily_calls: int | None = None
    """Calls to the player allowed in any 24 h; None: as many as Spotify lets through."""

    def app(self, name: str) -> App | None:
        """The app of that name, or None when the operator has taken it out of the configuration."""
        return next((app for app in self.apps if app.name == name), None)


@dataclass(frozen=True)
class YouTube:
    """Music videos; off while there is no key."""

    api_key: str = field(default="", repr=False)
    api_url: str = "https://www.googleapis.com"


@dataclass(frozen=True)
class History:
    """How people's listening is recorded."""

    poll_minutes: int = 20
    """Between two looks at what Spotify says somebody played recently; 0: never."""


@dataclass(frozen=True)
class ReccoBeats:
    """Recommendations by a service that is not Spotify's; asked only if `[features] reccobeats` is on."""

    api_url: str = "https://api.reccobeats.com"


@dataclass(frozen=True)
class Features:
    """What the operator may switch off or on."""

    paste_back: bool = True
    metrics: bool = True
    embed: bool = False
    reccobeats: bool = False
    recommendations: bool = False


@dataclass(frozen=True)
class Log:
    """How much is said in the log."""

    level: str = "info"


@dataclass(frozen=True)
class Config:
    """All that can be configured, one field a section. Secrets stay out of its `repr`."""

    spotify: Spotify
    server: Server = Server()
    store: StoreSection = StoreSection()
    youtube: YouTube = YouTube()
    history: History = History()
    reccobeats: ReccoBeats = ReccoBeats()
    features: Features = Features()
    log: Log = Log()


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_-]+", text):
        raise ValueError("must be an address to listen on, such as 127.0.0.1 or 0.0.0.0")
    return text


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise ValueError("must be a port number from 1 to 65535")
    return int(text)


def _url(text: str) -> str:
    fit = re.fullmatch(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?(/[^\s?#]*)?", text)
    if not fit or not 0 < int(fit["port"] or 1) <= 65535:
        raise ValueError("must be an address such as https://music.example.org")
    return text.rstrip("/")


def _public_url(text: str) -> str:
    url = urlsplit(_url(text))
    if url.hostname == "localhost":
        raise ValueError("must not be localhost: Spotify refuses it as a redirect address, use http://127.0.0.1:PORT")
    if url.path:
        raise ValueError("must not have a path: SongSwap lives at the root of its address")
    return url.geturl()


def _secret_key(text: str) -> str:
    if any(len(key.strip()) < 32 for key in text.split(",")):
        raise ValueError("must be at least 32 characters (leave it empty to have one made and kept in the store)")
    return text


def _operators(text: str) -> tuple[str, ...]:
    ids = tuple(dict.fromkeys(one.strip() for one in text.split(",")))
    if not all(re.fullmatch(r"[^\s,:/@]{1,100}", one) for one in ids):
        raise ValueError("must be Spotify user ids with commas between, such as 31abc, smedjan (no links, no e-mail)")
    return ids


def _path(text: str) -> Path:
    if "\0" in text:
        raise ValueError("must be a folder")
    return Path(text)


def _switch(text: str) -> bool:
    states = configparser.ConfigParser.BOOLEAN_STATES
    if text.lower() not in states:
        raise ValueError("must be on or off")
    return states[text.lower()]


def _client_id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{4,64}", text):
        raise ValueError("must be the client id from the Spotify dashboard (letters and digits)")
    return text


def _daily_calls(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) < 1:
        raise ValueError("must be a whole number of calls, such as 1000 (leave it empty if you know none)")
    return int(text)


def _poll_minutes(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or 0 < int(text) < 5:
        raise ValueError("must be a whole number of minutes from 5 on, or 0 for never")
    return int(text)


def _level(text: str) -> str:
    if text.lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("must be debug, info, warning or error")
    return text.lower()


Reader = Callable[[str], object]

KEYS: Mapping[str, Mapping[str, Reader]] = {
    "server": {
        "host": _host,
        "port": _port,
        "public_url": _public_url,
        "secret_key": _secret_key,
        "operators": _operators,
    },
    "store": {"path": _path},
    "spotify": {
        "client_id": _client_id,
        "client_secret": str,
        "api_url": _url,
        "accounts_url": _url,
        "sdk_url": _url,
        "daily_calls": _daily_calls,
    },
    "youtube": {"api_key": str, "api_url": _url},
    "history": {"poll_minutes": _poll_minutes},
    "reccobeats": {"api_url": _url},
    "features": {field.name: _switch for field in fields(Features)},
    "log": {"level": _level},
}
"""Every section and key there is, with what reads its text; an empty text means the default."""

APP_KEYS = {key: KEYS["spotify"][key] for key in ("client_id", "client_secret")}
APP_SECTION = re.compile(r"spotify\.([a-z0-9-]{1,32})")
DEFAULT_APP = "default"
"""Name of the app in [spotify] itself."""


def load(path: Path, environment: Mapping[str, str]) -> Config:
    """Config from the ini file at `path`, overridden by SONGSWAP_SECTION_KEY in `environment`.

    A relative path of the store starts at the file's own folder.
    Raises ConfigError with all problems: unreadable file, unknown or doubled sections and keys, unfit values, no app.
    """
    sections = _read(path)
    problems = _override(sections, environment)
    values = {name: _values(name, texts, problems) for name, texts in sections.items()}
    apps = _apps(values, problems)
    if problems:
        raise ConfigError(problems)
    spotify = {key: value for key, value in values.get("spotify", {}).items() if key not in APP_KEYS}
    return Config(
        spotify=Spotify(apps=tuple(apps), **spotify),
        server=Server(**values.get("server", {})),
        store=StoreSection(path.parent / values.get("store", {}).get("path", StoreSection.path)),
        youtube=YouTube(**values.get("youtube", {})),
        history=History(**values.get("history", {})),
        reccobeats=ReccoBeats(**values.get("reccobeats", {})),
        features=Features(**values.get("features", {})),
        log=Log(**values.get("log", {})),
    )


def _read(path: Path) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(path.read_text(encoding="utf-8-sig"), source=path.name)
    except FileNotFoundError:
        raise ConfigError([f"{path}: no such file; copy config.template.ini to {path.name} and fill it in"]) from None
    except OSError as error:
        raise ConfigError([f"{path}: can't be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: can't be read: it is not UTF-8 text ({error})"]) from error
    except configparser.Error as error:
        raise ConfigError([f"{path}: {' '.join(str(error).split())}"]) from error
    return {name: dict(parser.items(name)) for name in parser.sections()}


def _override(sections: dict[str, dict[str, str]], environment: Mapping[str, str]) -> list[str]:
    """Put what `environment` says into `sections`. Returns problems: variables that look like a key but are none."""
    variables = {
        f"SONGSWAP_{name}_{key}".upper().translate({ord("."): "_", ord("-"): "_"}): (name, key)
        for name in {**KEYS, **sections}
        for key in _keys_of(name) or ()
    }
    for variable in variables.keys() & environment.keys():
        name, key = variables[variable]
        sections.setdefault(name, {})[key] = environment[variable]
    alike = tuple(f"SONGSWAP_{name}_".upper() for name in KEYS)
    unknown = sorted(name for name in environment if name.startswith(alike) and name not in variables)
    return [f"{name}: unknown environment variable{_did_you_mean(name, variables)}" for name in unknown]


def _keys_of(section: str) -> Mapping[str, Reader] | None:
    return APP_KEYS if APP_SECTION.fullmatch(section) else KEYS.get(section)


def _values(section: str, texts: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    """What the `texts` of a section mean, key by key; adds what is wrong with them to `problems`."""
    keys = _keys_of(section)
    if keys is None:
        problems.append(f"[{section}]: unknown section{_did_you_mean(section, KEYS)}")
        return {}
    values: dict[str, Any] = {}
    for key, text in texts.items():
        if key not in keys:
            problems.append(f"[{section}] {key}: unknown key{_did_you_mean(key, keys)}")
        elif text.strip():
            try:
                values[key] = keys[key](text.strip())
            except ValueError as error:
                problems.append(f"[{section}] {key}: {error}")
    return values


def _apps(values: Mapping[str, Mapping[str, Any]], problems: list[str]) -> list[App]:
    """The apps in [spotify] and [spotify.NAME]; adds what is wrong with them to `problems`."""
    apps: list[App] = []
    for section, keys in values.items():
        named = APP_SECTION.fullmatch(section)
        if named is None and section != "spotify":
            continue
        if "client_id" in keys:
            apps.append(App(named[1] if named else DEFAULT_APP, keys["client_id"], keys.get("client_secret", "")))
        elif (named or "client_secret" in keys) and not _is_wrong(section, problems):
            problems.append(f"[{section}] client_id: missing")
    if not apps and not _is_wrong("spotify", problems):
        problems.append("[spotify] client_id: missing; README.md tells how to get one from Spotify's dashboard")
    problems += [f"[spotify] client_id: {twice} is there twice" for twice in _doubles(app.client_id for app in apps)]
    problems += [f"[spotify.{twice}]: that is the name of [spotify] itself" for twice in _doubles(a.name for a in apps)]
    return apps


def _is_wrong(section: str, problems: list[str]) -> bool:
    return any(problem.startswith((f"[{section}]", f"[{section}.")) for problem in problems)


def _doubles(words: Iterable[str]) -> list[str]:
    return sorted(word for word, count in Counter(words).items() if count > 1)


def _did_you_mean(word: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"
