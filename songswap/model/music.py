"""Music and who makes it, and which track is meant."""

import re
from typing import Final, Literal

from songswap.model.struct import Struct

Kind = Literal["track", "episode", "ad", "local", "unknown"]
Repeat = Literal["off", "context", "track"]

SPOTIFY: Final = "spotify"
"""The name of the source that Spotify is."""

_TRACK: Final = re.compile(
    r"(?:([a-z]{1,20}):track:([A-Za-z0-9]{1,64})"
    r"|(?:https?://[^\s/]{1,80}/(?:intl-\w{1,10}/)?track/)?([A-Za-z0-9]{22}))(?:\?\S*)?"
)
_SPOTIFY_ID: Final = 22
"""So many characters it has, always."""


class TrackId(Struct, frozen=True):
    """Which track is meant, in documents, logs and the API: `source:track:id`, its URI.

    An id by itself is Spotify's, as is one in the address of a page: logs of listening history hold the first, files
    of others any of them.
    """

    source: str
    id: str

    @property
    def uri(self) -> str:
        """As it is written."""
        return f"{self.source}:track:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "TrackId | None":
        """The track that `text` names; None where it names none."""
        found = _TRACK.fullmatch(text)
        if found is None:
            return None
        source, track_id = found[1] or SPOTIFY, found[2] or found[3]
        return cls(source, track_id) if source != SPOTIFY or len(track_id) == _SPOTIFY_ID else None


def spotify_track_id(text: str) -> str | None:
    """Spotify's id of the track that `text` names, as the columns have it; None where it names none of Spotify's."""
    track = TrackId.parse(text)
    return track.id if track and track.source == SPOTIFY else None


class Track(Struct, frozen=True):
    """Something that can be heard. `uri` is its source's; ads and unknown items have an empty one."""

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


PlayerCommand = Literal[
    "play",  # as a click says it: `start` where it names a track, else `resume`
    "start",  # given tracks, at a position
    "resume",
    "pause",
    "seek",
    "next",
    "previous",
    "volume",
]
"""What a player can be told, the host's or a listener's, by Spotify or in a page.

A listener's device that goes on is told to `start` at its position: one call, and exact. Only a web player is told to
`resume`, or to go to the `next` track it holds.
"""


class Device(Struct, frozen=True):
    """A Spotify Connect device. `id` is None where Spotify keeps it to itself: such a device takes no commands."""

    id: str | None
    name: str
    kind: str
    is_active: bool = False
    is_restricted: bool = False
    is_private_session: bool = False
    volume_percent: int | None = None
    """None where it has none, or none that can be set."""

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
