"""What a status is called on the page, and the way out of it."""

from collections.abc import Mapping
from typing import Literal

from songswap.model.session import ListenerStatus

MemberStatus = Literal["ready", "elsewhere"] | ListenerStatus
"""`ready`: no session runs, and nothing stands in the way of one. `elsewhere`: listens in another session."""

WORDS: Mapping[MemberStatus, str] = {
    "ready": "ready",
    "waiting": "waiting for the music",
    "catching_up": "catching up",
    "in_sync": "in sync",
    "stepped_out": "stepped out",
    "elsewhere": "listens elsewhere",
    "no_device": "no device",
    "restricted": "device can't be controlled",
    "not_premium": "not Premium",
    "needs_login": "needs to log in again",
    "no_seat": "not registered with the Spotify app",
    "limited": "waiting for Spotify's limit",
    "trouble": "trouble",
}

HINTS: Mapping[MemberStatus, str] = {
    "no_device": "Open Spotify on a phone or computer, play something for a second, then look again.",
    "restricted": "Spotify lets nobody control this device from outside. Choose another one.",
    "not_premium": "Spotify only lets Premium accounts be controlled.",
    "needs_login": "Log in with Spotify again to go on listening.",
    "no_seat": "The operator has to add this person in Spotify's dashboard under User Management.",
    "limited": "Spotify has asked for a pause. It goes on by itself; what plays keeps playing.",
}


def describe(status: MemberStatus, skew_ms: float | None) -> str:
    """The status in words; a listener in sync with how far off: "in sync, +120 ms"."""
    if status == "in_sync" and skew_ms is not None:
        return f"{WORDS[status]}, {round(skew_ms):+d} ms"
    return WORDS[status]


def hint(status: MemberStatus) -> str:
    """What to do about it; empty where there is nothing to do."""
    return HINTS.get(status, "")
