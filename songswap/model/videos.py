"""Music videos: which songs somebody wants them for, and what YouTube has. Times are UTC epoch milliseconds."""

from songswap.model.struct import Struct


class Song(Struct, frozen=True):
    """A song as people name it. `duration_ms` is None where nobody told it."""

    artist: str
    title: str
    duration_ms: int | None = None


class VideoWish(Struct, frozen=True):
    """Videos are wanted for the first `num` songs of a list, since `at_ms`.

    Of a list that is known here the wish holds the `songs`. Those of a playlist at Spotify (None) the worker reads
    there, anew whenever `read_rev` has grown.
    """

    num: int
    at_ms: float
    read_rev: int = 1
    songs: tuple[Song, ...] | None = None


class VideoWishes(Struct, frozen=True):
    """By the id of the list; the latest last."""

    wanted: dict[str, VideoWish] = {}


class SongList(Struct, frozen=True):
    """The first songs of a playlist, as Spotify told them at `at_ms` for the wish's `read_rev`, or why it did not."""

    read_rev: int
    at_ms: float
    songs: tuple[Song, ...] = ()
    error: str = ""


class SongLists(Struct, frozen=True):
    """By the id of the playlist."""

    lists: dict[str, SongList] = {}


class Video(Struct, frozen=True):
    """A video as YouTube tells of it. `duration_ms` is None where YouTube was not heard on that."""

    id: str
    title: str
    channel: str
    description: str = ""
    thumbnail_url: str | None = None
    duration_ms: int | None = None


class SongVideos(Struct, frozen=True):
    """What YouTube said for a song at `at_ms`: the videos that come nearest; none where it knows none.

    With an `error` the search failed, for the `tries`-th time in a row. Until `until_ms` YouTube is not asked again.
    """

    artist: str
    title: str
    at_ms: float
    until_ms: float
    videos: tuple[Video, ...] = ()
    error: str = ""
    tries: int = 0


class Search(Struct, frozen=True):
    """A search that was about to be sent to YouTube; or, if it `is_over`, YouTube said that the day's are used up."""

    at_ms: float
    is_over: bool = False


class YouTubeSeen(Struct, frozen=True):
    """Why YouTube is not asked at all until `until_ms` (None: until the worker starts again, with another key)."""

    error: str = ""
    until_ms: float | None = None
    tries: int = 0
