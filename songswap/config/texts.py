"""What the text of a key means: each takes it without blanks around, and says what it must be if it is not."""

import configparser
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network


def address(text: str) -> str:
    """An address to listen on. Raises ValueError."""
    if not re.fullmatch(r"[A-Za-z0-9.:_-]+", text):
        raise ValueError("must be an address to listen on, such as 127.0.0.1 or 0.0.0.0")
    return text


def port(text: str) -> int:
    """A port number. Raises ValueError."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65535:
        raise ValueError("must be a port number from 1 to 65535")
    return int(text)


def url(text: str) -> str:
    """An address of a service, without a slash at its end. Raises ValueError."""
    fit = re.fullmatch(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?(/[^\s?#]*)?", text)
    if not fit or not 0 < int(fit["port"] or 1) <= 65535:
        raise ValueError("must be an address such as https://music.example.org")
    return text.rstrip("/")


def public_url(text: str) -> str:
    """The address people open. Raises ValueError."""
    parts = urlsplit(url(text))
    if parts.hostname == "localhost":
        raise ValueError("must not be localhost: Spotify refuses it as a redirect address, use http://127.0.0.1:PORT")
    if parts.path:
        raise ValueError("must not have a path: SongSwap lives at the root of its address")
    return parts.geturl()


def secret_key(text: str) -> str:
    """Keys that seal, each long enough. Raises ValueError."""
    if any(len(key.strip()) < 32 for key in text.split(",")):
        raise ValueError("must be at least 32 characters (leave it empty to have one made and kept in the store)")
    return text


def operators(text: str) -> tuple[str, ...]:
    """User ids at Spotify. Raises ValueError."""
    ids = tuple(dict.fromkeys(one.strip() for one in text.split(",")))
    if not all(re.fullmatch(r"[^\s,:/@]{1,100}", one) for one in ids):
        raise ValueError("must be Spotify user ids with commas between, such as 31abc, smedjan (no links, no e-mail)")
    return ids


def names(text: str) -> tuple[str, ...]:
    """Names of this server in people’s networks. Raises ValueError."""
    names = tuple(dict.fromkeys(one.strip().lower() for one in text.split(",")))
    if not all(re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", one) for one in names):
        raise ValueError("must be names with commas between, such as songswap, music.lan (no http://, no port)")
    return names


def networks(text: str) -> tuple[Network, ...]:
    """Networks; none for “none”. Raises ValueError."""
    if text.lower() == "none":
        return ()
    try:
        return tuple(ip_network(one.strip()) for one in text.split(","))
    except ValueError:
        words = "must be addresses or networks with commas between, such as 127.0.0.1, 172.18.0.0/16, or none"
        raise ValueError(words) from None


def token(text: str) -> str:
    """A token that nobody guesses. Raises ValueError."""
    if not re.fullmatch(r"[!-~]{16,}", text):
        raise ValueError("must be at least 16 characters without spaces (leave it empty for this machine alone)")
    return text


def folder(text: str) -> Path:
    """A folder. Raises ValueError."""
    if "\0" in text:
        raise ValueError("must be a folder")
    return Path(text)


def switch(text: str) -> bool:
    """Whether something is on. Raises ValueError."""
    states = configparser.ConfigParser.BOOLEAN_STATES
    if text.lower() not in states:
        raise ValueError("must be on or off")
    return states[text.lower()]


def client_id(text: str) -> str:
    """The id of an app at Spotify. Raises ValueError."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{4,64}", text):
        raise ValueError("must be the client id from the Spotify dashboard (letters and digits)")
    return text


def daily_calls(text: str) -> int:
    """How many calls a day. Raises ValueError."""
    if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) < 1:
        raise ValueError("must be a whole number of calls, such as 1000 (leave it empty if you know none)")
    return int(text)


def poll_minutes(text: str) -> int:
    """Minutes between two looks. Raises ValueError."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or 0 < int(text) < 5:
        raise ValueError("must be a whole number of minutes from 5 on, or 0 for never")
    return int(text)


def level(text: str) -> str:
    """A level of the log. Raises ValueError."""
    if text.lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("must be debug, info, warning or error")
    return text.lower()
