"""Lists of tracks that become playlists: what to put in, where, and how often. Times are UTC epoch milliseconds."""

from typing import Literal

from songswap.model.history import Moment
from songswap.model.library import Artist
from songswap.model.music import Track
from songswap.model.sharing import CountingRule, WeekStart
from songswap.model.struct import Struct

TopRange = Literal["short_term", "medium_term", "long_term"]
"""About four weeks, half a year, a year [Spotify: get user's top items]."""
ListKind = Literal["spotify_top", "most_played", "not_heard", "new"]
"""Spotify's own top tracks; out of the histories here: the most played, those not heard for a year, those heard for the
first time."""
ListPeriod = Literal["last7", "last30", "week", "month", "year", "all"]
SaveState = Literal["working", "waiting", "done", "failed"]
RenewalState = Literal["working", "kept", "waiting", "stopped"]


class ListSource(Struct, frozen=True):
    """Which tracks: a kind, and what it takes.

    `range` is for Spotify's own. For histories: `scope` is me or group:ID, `period` which plays, ordered `by`, counted
    by `rule`; weeks begin with `week_start`.
    """

    kind: ListKind
    range: TopRange = "short_term"
    scope: str = "me"
    period: ListPeriod = "all"
    by: Literal["plays", "minutes"] = "plays"
    rule: CountingRule = "30s"
    limit: int = 25
    week_start: WeekStart = "monday"


class Entry(Struct, frozen=True):
    """A track on a list, by Spotify's uri, and what people call it."""

    uri: str
    title: str = ""
    artist: str = ""


class Save(Struct, frozen=True):
    """A list somebody wants as a playlist: as a new private one called `name`, or at the end of the playlist `target`.

    `rev` grows with each try. `group` is that of a night.
    """

    name: str
    uris: tuple[str, ...]
    rev: int = 1
    description: str = ""
    target: str | None = None
    group: str | None = None


class Saved(Struct, frozen=True):
    """What became of a Save's try `rev`.

    There is a playlist as soon as it has an id. `base` is how many rows it had before, of the tracks to add `added` are
    known to be in. `waiting`: Spotify wants no calls until `until_ms`; then it goes on. `done`: it is whole.
    """

    rev: int
    state: SaveState = "working"
    playlist_id: str | None = None
    url: str | None = None
    error: str = ""
    base: int | None = None
    added: int = 0
    until_ms: float | None = None


class Renewal(Struct, frozen=True):
    """A playlist called `name` that is made anew every day, `at_minute` after midnight in `zone`.

    `rev` grows with each change of what is wanted; `run_rev` each time somebody wants it now; `make_rev` each time
    somebody wants another playlist in place of one that is gone.
    """

    id: str
    name: str
    source: ListSource
    at_minute: int
    zone: str = "UTC"
    is_on: bool = True
    created_at_ms: float = 0.0
    rev: int = 1
    run_rev: int = 0
    make_rev: int = 0


class Renewed(Struct, frozen=True):
    """How a Renewal stands: the playlist, what it holds, when it was looked after and when it will be.

    `run_rev` and `make_rev` are those that were served, `rev` the wish they were served by. `left_out` tracks are
    unknown to Spotify. `error` says in words why yesterday's content is still there, or why no more is done.
    """

    rev: int = 0
    run_rev: int = 0
    make_rev: int = 0
    state: RenewalState = "working"
    playlist_id: str | None = None
    url: str | None = None
    name: str = ""
    entries: tuple[Entry, ...] = ()
    left_out: int = 0
    is_making: bool = False
    """Spotify was asked for a playlist, and has not answered yet."""
    checked_at_ms: float | None = None
    changed_at_ms: float | None = None
    next_at_ms: float | None = None
    error: str = ""


class ListChange(Struct, frozen=True):
    """What one renewal changed. `moved` is how many tracks only changed their places."""

    at_ms: Moment
    added: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()
    moved: int = 0


class OwnPlaylist(Struct, frozen=True):
    """A playlist in somebody's library. `is_mine`: they may add to it."""

    id: str
    uri: str
    name: str
    owner_name: str = ""
    is_mine: bool = False
    is_public: bool = False
    tracks: int | None = None
    cover_url: str | None = None
    url: str | None = None


class PlaylistsSeen(Struct, frozen=True):
    """The playlists in somebody's library as of `at_ms`, for the look number `look_rev`."""

    look_rev: int = 0
    at_ms: float | None = None
    items: tuple[OwnPlaylist, ...] = ()
    is_cut: bool = False
    """There are more than are told."""
    error: str = ""


class TopSeen(Struct, frozen=True):
    """Somebody's top tracks and artists as Spotify tells them, of each range, as of `at_ms`."""

    look_rev: int = 0
    at_ms: float | None = None
    tracks: dict[TopRange, tuple[Track, ...]] = {}
    artists: dict[TopRange, tuple[Artist, ...]] = {}
    error: str = ""
