"""`config.ini` and the environment → one frozen Config, or every problem at once."""

import configparser
import difflib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from songswap.config import texts
from songswap.config.texts import Network

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
    names: tuple[str, ...] = ()
    """Further names by which people reach it, without a port."""
    trusted_proxies: tuple[Network, ...] = tuple(ip_network(one) for one in LOOPBACK)
    """Proxies that are believed whom they ask for."""
    metrics_token: str = field(default="", repr=False)
    """Opens /metrics to other machines; without one only this machine itself may ask."""

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
class LogLevel:
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
    log: LogLevel = LogLevel()


Reader = Callable[[str], object]

KEYS: Mapping[str, Mapping[str, Reader]] = {
    "server": {
        "host": texts.address,
        "port": texts.port,
        "public_url": texts.public_url,
        "secret_key": texts.secret_key,
        "operators": texts.operators,
        "names": texts.names,
        "trusted_proxies": texts.networks,
        "metrics_token": texts.token,
    },
    "store": {"path": texts.folder},
    "spotify": {
        "client_id": texts.client_id,
        "client_secret": str,
        "api_url": texts.url,
        "accounts_url": texts.url,
        "sdk_url": texts.url,
        "daily_calls": texts.daily_calls,
    },
    "youtube": {"api_key": str, "api_url": texts.url},
    "history": {"poll_minutes": texts.poll_minutes},
    "reccobeats": {"api_url": texts.url},
    "features": {field.name: texts.switch for field in fields(Features)},
    "log": {"level": texts.level},
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
        log=LogLevel(**values.get("log", {})),
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
