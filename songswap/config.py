"""`config.ini` and the environment → one frozen Config, or every problem at once."""

import configparser
import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "::1")


class ConfigError(Exception):
    """The configuration can't be used. `problems` names each with its section and key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Server:
    host: str = "127.0.0.1"
    port: int = 8770
    public_url: str = ""
    secret_key: str = ""

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
    path: Path = Path("store")


@dataclass(frozen=True)
class App:
    """One Spotify app of the operator: five seats."""

    name: str
    client_id: str
    client_secret: str = ""


@dataclass(frozen=True)
class Spotify:
    apps: tuple[App, ...]
    api_url: str = "https://api.spotify.com"
    accounts_url: str = "https://accounts.spotify.com"

    def app(self, name: str) -> App | None:
        """The app of that name, or None when the operator has taken it out of the configuration."""
        return next((app for app in self.apps if app.name == name), None)


@dataclass(frozen=True)
class YouTube:
    api_key: str = ""
    api_url: str = "https://www.googleapis.com"


@dataclass(frozen=True)
class Features:
    paste_back: bool = True
    metrics: bool = True


@dataclass(frozen=True)
class Log:
    level: str = "info"


@dataclass(frozen=True)
class Config:
    spotify: Spotify
    server: Server = Server()
    store: StoreSection = StoreSection()
    youtube: YouTube = YouTube()
    features: Features = Features()
    log: Log = Log()


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ValueError("must be a port number from 1 to 65535")
    return int(text)


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://music.example.org")
    return text.rstrip("/")


def _public_url(text: str) -> str:
    url = _url(text)
    if urlsplit(url).hostname == "localhost":
        raise ValueError("must not be localhost: Spotify refuses it as a redirect address, use http://127.0.0.1:PORT")
    if urlsplit(url).path:
        raise ValueError("must not have a path: SongSwap lives at the root of its address")
    return url


def _secret_key(text: str) -> str:
    if any(len(key.strip()) < 32 for key in text.split(",")):
        raise ValueError("must be at least 32 characters (leave it empty to have one made and kept in the store)")
    return text


def _switch(text: str) -> bool:
    states = configparser.ConfigParser.BOOLEAN_STATES
    if text.lower() not in states:
        raise ValueError("must be on or off")
    return states[text.lower()]


def _client_id(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{4,64}", text):
        raise ValueError("must be the client id from the Spotify dashboard (letters and digits)")
    return text


def _level(text: str) -> str:
    if text.lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("must be debug, info, warning or error")
    return text.lower()


KEYS: Mapping[str, Mapping[str, Callable[[str], object]]] = {
    "server": {"host": str, "port": _port, "public_url": _public_url, "secret_key": _secret_key},
    "store": {"path": Path},
    "spotify": {"client_id": _client_id, "client_secret": str, "api_url": _url, "accounts_url": _url},
    "youtube": {"api_key": str, "api_url": _url},
    "features": {field.name: _switch for field in fields(Features)},
    "log": {"level": _level},
}
"""Every section and key there is, with what reads its text; an empty text means the default."""

APP_KEYS = {key: KEYS["spotify"][key] for key in ("client_id", "client_secret")}
APP_SECTION = re.compile(r"spotify\.([a-z0-9_-]{1,32})")
DEFAULT_APP = "default"


def load(path: Path, environment: Mapping[str, str]) -> Config:
    """Config from the ini file at `path`, overridden by SONGSWAP_SECTION_KEY in `environment`.

    Raises ConfigError with all problems: unreadable file, unknown or doubled sections and keys, unfit values, no app.
    """
    sections = _read(path)
    _override(sections, environment)
    problems: list[str] = []
    values = {name: _section(name, texts, problems) for name, texts in sections.items()}
    apps = _apps(values, problems)
    if problems:
        raise ConfigError(problems)
    spotify = {key: value for key, value in values.get("spotify", {}).items() if key not in APP_KEYS}
    server = Server(**values.get("server", {}))  # type: ignore[arg-type]  # the readers in KEYS give each key its type
    return Config(
        spotify=Spotify(apps=tuple(apps), **spotify),  # type: ignore[arg-type]  # as above
        server=server,
        store=StoreSection(**values.get("store", {})),  # type: ignore[arg-type]  # as above
        youtube=YouTube(**values.get("youtube", {})),  # type: ignore[arg-type]  # as above
        features=Features(**values.get("features", {})),  # type: ignore[arg-type]  # as above
        log=Log(**values.get("log", {})),  # type: ignore[arg-type]  # as above
    )


def _read(path: Path) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"), source=path.name)
    except FileNotFoundError:
        raise ConfigError([f"{path}: no such file; copy config.template.ini to {path.name} and fill it in"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: can't be read: {error}"]) from error
    except configparser.Error as error:
        raise ConfigError([f"{path}: {' '.join(str(error).split())}"]) from error
    return {name: dict(parser.items(name)) for name in parser.sections()}


def _override(sections: dict[str, dict[str, str]], environment: Mapping[str, str]) -> None:
    for name in {*KEYS, *sections}:
        for key in _keys_of(name) or ():
            variable = f"SONGSWAP_{name}_{key}".replace(".", "_").replace("-", "_").upper()
            if variable in environment:
                sections.setdefault(name, {})[key] = environment[variable]


def _keys_of(section: str) -> Mapping[str, Callable[[str], object]] | None:
    return APP_KEYS if APP_SECTION.fullmatch(section) else KEYS.get(section)


def _section(name: str, texts: Mapping[str, str], problems: list[str]) -> dict[str, object]:
    keys = _keys_of(name)
    if keys is None:
        problems.append(f"[{name}]: unknown section{_did_you_mean(name, KEYS)}")
        return {}
    values: dict[str, object] = {}
    for key, text in texts.items():
        if key not in keys:
            problems.append(f"[{name}] {key}: unknown key{_did_you_mean(key, keys)}")
        elif text.strip():
            try:
                values[key] = keys[key](text.strip())
            except ValueError as error:
                problems.append(f"[{name}] {key}: {error}")
    return values


def _apps(values: Mapping[str, Mapping[str, object]], problems: list[str]) -> list[App]:
    apps: list[App] = []
    for section, keys in values.items():
        named = APP_SECTION.fullmatch(section)
        if named is None and section != "spotify":
            continue
        if "client_id" in keys:
            name = named[1] if named else DEFAULT_APP
            apps.append(App(name, str(keys["client_id"]), str(keys.get("client_secret", ""))))
        elif named or "client_secret" in keys:
            problems.append(f"[{section}] client_id: missing")
    if not apps and not any(problem.startswith("[spotify") for problem in problems):
        problems.append("[spotify] client_id: missing; README.md tells how to get one from Spotify's dashboard")
    ids = [app.client_id for app in apps]
    problems += [
        f"[spotify] client_id: {twice} stands there twice" for twice in sorted({i for i in ids if ids.count(i) > 1})
    ]
    return apps


def _did_you_mean(word: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"
