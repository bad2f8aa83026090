"""What Spotify would refuse is refused here, before it costs a call: each raises ValueError that names the thing."""

import re
from collections.abc import Sequence

_ID = re.compile(r"[A-Za-z0-9]{1,64}")
_ITEM_URI = re.compile(r"spotify:(track|episode):[A-Za-z0-9]{1,64}")
_ANY_URI = re.compile(r"spotify:[a-z]+:[^\s,]+")


def spotify_id(text: str) -> str:
    """A Spotify id, fit for a path."""
    if not _ID.fullmatch(text):
        raise ValueError(f"{text!r} is no Spotify id")
    return text


def item_uri(text: str) -> str:
    """The URI of a track or episode; local files can't be named to another player."""
    if not _ITEM_URI.fullmatch(text):
        raise ValueError(f"{text!r} is no Spotify URI of a track or an episode")
    return text


def any_uri(text: str) -> str:
    """The URI of anything."""
    if not _ANY_URI.fullmatch(text):
        raise ValueError(f"{text!r} is no Spotify URI")
    return text


def counted(what: str, things: Sequence[str], fewest: int, most: int) -> Sequence[str]:
    """`things`, if there are neither too few nor too many."""
    within(f"number of {what}", len(things), fewest, most)
    return things


def within(what: str, value: int, least: int, most: int) -> int:
    """`value`, if it lies between the two."""
    if not least <= value <= most:
        raise ValueError(f"{what} must be from {least} to {most}, not {value}")
    return value


def filled(what: str, text: str) -> str:
    """`text`, if there is any."""
    if not text.strip():
        raise ValueError(f"{what} must not be empty")
    return text
