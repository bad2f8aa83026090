"""Music and who makes it, as Spotify tells it."""

from typing import Literal

from songswap.model.struct import Struct

Kind = Literal["track", "episode", "ad", "local", "unknown"]
Repeat = Literal["off", "context", "track"]


class Track(Struct, frozen=True):
    """Something that can be heard. `uri` is Spotify's; ads and unknown items have an empty one."""

    uri: str
    name: str
    artists: tuple[str, ...] = ()
    album: str = ""
    duration_ms: int = 0
    cover_url: str | None = None
    url: str | None = None
    kind: Kind = "track"
    isrc: str | None = None

    @property
    def can_be_started(self) -> bool:
        """Whether another account can be told to play it: local files and ads exist for one person only."""
        return self.kind in {"track", "episode"}


class Device(Struct, frozen=True):
    """A Spotify Connect device. `id` is None where Spotify keeps it to itself: such a device takes no commands."""

    id: str | None
    name: str
    kind: str
    is_active: bool = False
    is_restricted: bool = False
    is_private_session: bool = False
    volume_percent: int | None = None

    @property
    def can_be_told(self) -> bool:
        """Whether it accepts commands from the Web API."""
        return self.id is not None and not self.is_restricted


class Playback(Struct, frozen=True):
    """One reading of a player: `progress_ms` at `measured_at_ms`, the middle of the round trip on our own clock."""

    track: Track | None
    is_playing: bool
    progress_ms: int
    measured_at_ms: float
    round_trip_ms: float = 0.0
    kind: Kind = "track"
    device: Device | None = None
    context_uri: str | None = None
    shuffle: bool = False
    repeat: Repeat = "off"


class Queue(Struct, frozen=True):
    """What plays and what comes next, as Spotify tells it (at most some twenty items)."""

    current: Track | None
    upcoming: tuple[Track, ...] = ()
