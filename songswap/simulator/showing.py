"""What there is to tell of a player: what is audible, what the API shows, what was listened to."""

from __future__ import annotations

from dataclasses import dataclass

from .playback import Playback


@dataclass(frozen=True)
class Truth:
    """What is audible at one moment."""

    device_id: str | None
    uri: str | None
    position_ms: float
    is_playing: bool


@dataclass(frozen=True)
class Play:
    """An item that was listened to; `ended_at_ms` is what the wire calls `played_at`."""

    uri: str
    ended_at_ms: float
    visible_at_ms: float
    context_uri: str | None = None


@dataclass(frozen=True)
class Shown:
    """What the API shows at one moment: a state and the progress it reports."""

    state: Playback
    progress_ms: int
