"""The words of the program as frozen types. Times are UTC epoch milliseconds, durations carry their unit."""

from typing import Literal

import msgspec

Kind = Literal["track", "episode", "ad", "local", "unknown"]
Repeat = Literal["off", "context", "track"]
Role = Literal["host", "co-host", "listener"]


class Struct(msgspec.Struct, frozen=True, omit_defaults=False):
    """Base of all types here: immutable, compared by value, read and written as JSON by msgspec."""


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
    """One reading of a player. `progress_ms` held at `measured_at_ms`, the middle of the round trip on our own clock."""

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


class Timeline(Struct, frozen=True):
    """What everybody in a session should hear: `track` at `position_ms` when it was `at_ms`, moving on while playing.

    `rev` grows with every change that is not just the passing of time; a command made for an older `rev` never wins.
    """

    rev: int
    track: Track | None
    position_ms: float
    at_ms: float
    is_playing: bool
    source: Literal["host", "page"] = "host"
    upcoming: tuple[Track, ...] = ()
    context_uri: str | None = None

    def position_at(self, now_ms: float) -> float:
        """Position in ms at `now_ms`, not held back at the track's end."""
        return self.position_ms + (now_ms - self.at_ms if self.is_playing else 0.0)


CommandKind = Literal["start", "seek", "pause", "resume"]

ListenerStatus = Literal[
    "waiting",  # nothing to follow yet
    "catching_up",
    "in_sync",
    "stepped_out",
    "elsewhere",  # listens in another session
    "no_device",
    "restricted",  # the device takes no commands
    "private",  # a private session hides what plays
    "not_premium",
    "needs_login",
    "no_seat",  # not registered with the operator's app
    "limited",  # waits for Spotify's limit
    "trouble",  # anything else; the message says what
]


class Command(Struct, frozen=True):
    """One thing to tell one person's device, made for revision `rev` of the timeline.

    `position_ms` is where the device shall be when the command takes effect, expected at `effect_at_ms`.
    """

    account: str
    kind: CommandKind
    rev: int
    device_id: str
    effect_at_ms: float
    position_ms: float = 0.0
    uris: tuple[str, ...] = ()


class Listener(Struct, frozen=True):
    """What the worker knows of one person in a running session."""

    account: str
    status: ListenerStatus = "waiting"
    message: str = ""
    until_ms: float | None = None
    skew_ms: float | None = None
    device_id: str | None = None
    device_name: str = ""
    join_rev: int = 0
    command: Command | None = None
    sent_at_ms: float | None = None
    verify_at_ms: float | None = None
    retry_at_ms: float | None = None
    corrected_rev: int = 0
    corrections: int = 0
    held_uris: tuple[str, ...] = ()


class Night(Struct, frozen=True):
    """A running session as the worker sees it; from this document it goes on after a restart."""

    session_id: str
    host: str
    host_status: ListenerStatus = "waiting"
    host_message: str = ""
    host_until_ms: float | None = None
    host_device: Device | None = None
    timeline: Timeline | None = None
    notice: str = ""
    handled_action: int = 0
    listeners: dict[str, Listener] = {}


class User(Struct, frozen=True):
    """Whose log-in it is. `account_id` never changes, but Spotify sends it only since May 2026."""

    id: str
    display_name: str
    account_id: str | None = None
    image_url: str | None = None
    url: str | None = None

    @property
    def spotify_id(self) -> str:
        """What tells this person from all others, as lasting as Spotify lets it be."""
        return self.account_id or self.id


class Artist(Struct, frozen=True):
    """Somebody who makes music."""

    id: str
    uri: str
    name: str
    genres: tuple[str, ...] = ()
    image_url: str | None = None
    url: str | None = None


class PlayedTrack(Struct, frozen=True):
    """A row of Spotify's listening history; `played_at_ms` is when the play ended."""

    track: Track
    played_at_ms: float
    context_uri: str | None = None


class Found(Struct, frozen=True):
    """What a search found, best first; a kind that was not asked for is empty."""

    tracks: tuple[Track, ...] = ()
    artists: tuple[Artist, ...] = ()


class PlaylistItem(Struct, frozen=True):
    """A row of a playlist; `track` is None where Spotify does not have it any more."""

    track: Track | None
    added_at_ms: float | None = None


class PlaylistPage(Struct, frozen=True):
    """Some rows of a playlist from `offset` on, out of `total`; `next_offset` is None on the last page."""

    items: tuple[PlaylistItem, ...]
    total: int
    offset: int = 0
    next_offset: int | None = None


class Playlist(Struct, frozen=True):
    """A playlist. `page` holds its first rows, or is None where Spotify shows the contents to the owner alone."""

    id: str
    uri: str
    name: str
    description: str = ""
    owner_id: str = ""
    owner_name: str = ""
    is_public: bool = False
    is_collaborative: bool = False
    snapshot_id: str = ""
    cover_url: str | None = None
    url: str | None = None
    page: PlaylistPage | None = None
