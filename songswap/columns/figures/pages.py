"""One artist's, one album's, one recording's own page."""

from typing import Final

from songswap.columns.figures import names
from songswap.columns.figures.answers import Figure, ListenerShare, about, minutes
from songswap.columns.figures.listens import Listen, edges
from songswap.columns.figures.times import TimeStep, by_day, in_steps
from songswap.columns.figures.top import TopItem, as_items, most_heard
from songswap.columns.plays import Plays
from songswap.core.insights.periods import Step, step_for
from songswap.model.struct import Struct

MOST_TRACKS: Final = 50
MOST_ALBUMS: Final = 20
FOREVER_MS: Final = 2**62


class NeverHeardError(LookupError):
    """None of those asked for has ever heard it, as far as plays count."""


class ItemPlays(Struct, frozen=True):
    """How often and how long something was heard in the period, for the first and the last time, by whom, and when.

    `listeners` are in the order of their plays; `over_time` has every `step` of the period.
    """

    plays: int
    minutes: float
    first: Listen | None
    last: Listen | None
    listeners: tuple[ListenerShare, ...]
    step: Step
    over_time: tuple[TimeStep, ...]


class ArtistPage(Figure, frozen=True, kw_only=True):
    """An artist: of `tracks` different recordings and `albums` albums those heard most."""

    artist: names.ArtistRef
    heard: ItemPlays
    tracks: int
    albums: int
    top_tracks: tuple[TopItem, ...]
    top_albums: tuple[TopItem, ...]


class AlbumPage(Figure, frozen=True, kw_only=True):
    """An album: of `tracks` different recordings those heard most."""

    album: names.AlbumRef
    heard: ItemPlays
    tracks: int
    top_tracks: tuple[TopItem, ...]


class TrackPage(Figure, frozen=True, kw_only=True):
    """A recording."""

    track: names.TrackRef
    heard: ItemPlays


def artist_page(plays: Plays, *, hashed: int) -> ArtistPage:
    """What was heard of an artist. Raises NeverHeardError."""
    found = _find(plays, "artists", hashed)
    return ArtistPage(
        about=about(plays),
        artist=names.artists(plays, [hashed])[hashed],
        tracks=found.tracks,
        albums=found.albums,
        top_tracks=as_items(plays, "tracks", most_heard(plays, "tracks", MOST_TRACKS, among=FOUND)),
        top_albums=as_items(plays, "albums", most_heard(plays, "albums", MOST_ALBUMS, among=FOUND)),
        heard=_heard(plays, found),
    )


def album_page(plays: Plays, *, hashed: int) -> AlbumPage:
    """What was heard of an album. Raises NeverHeardError."""
    found = _find(plays, "albums", hashed)
    return AlbumPage(
        about=about(plays),
        album=names.albums(plays, [hashed])[hashed],
        tracks=found.tracks,
        top_tracks=as_items(plays, "tracks", most_heard(plays, "tracks", MOST_TRACKS, among=FOUND)),
        heard=_heard(plays, found),
    )


def track_page(plays: Plays, *, hashed: int) -> TrackPage:
    """How a recording was heard. Raises NeverHeardError."""
    found = _find(plays, "tracks", hashed)
    return TrackPage(about=about(plays), track=names.tracks(plays, [hashed])[hashed], heard=_heard(plays, found))


FOUND: Final = "found"
"""The plays of what a page is about, read once and then held in memory."""


class _Found(Struct, frozen=True):
    """What a page is about, in numbers."""

    plays: int
    ms: int
    tracks: int
    albums: int


def _find(plays: Plays, kind: names.Kind, hashed: int) -> _Found:
    """Hold the plays of it. Raises NeverHeardError."""
    of_it = f"WHERE {names.COLUMN[kind]} = {hashed}"
    plays.keep(FOUND, f"SELECT who, ended_at_ms, ms, track, album FROM {plays.counted()} {of_it}")
    found = _Found(
        *plays.row(f"SELECT count(*), coalesce(sum(ms), 0), count(DISTINCT track), count(DISTINCT album) FROM {FOUND}")
    )
    if not found.plays and not plays.rows(f"SELECT 1 FROM {plays.between(0, FOREVER_MS)} {of_it} LIMIT 1"):
        raise NeverHeardError
    return found


def _heard(plays: Plays, found: _Found) -> ItemPlays:
    first, last = edges(plays, FOUND)
    step = step_for(plays.question.period)
    over_time = in_steps(plays.question, step, by_day(plays, FOUND))
    return ItemPlays(found.plays, minutes(found.ms), first, last, _listeners(plays), step, over_time)


def _listeners(plays: Plays) -> tuple[ListenerShare, ...]:
    rows = plays.rows(
        f"SELECT who, count(*) AS plays, sum(ms) FROM {FOUND} GROUP BY who ORDER BY plays DESC, sum(ms) DESC, who"
    )
    return tuple(ListenerShare(plays.question.accounts[who], count, minutes(ms)) for who, count, ms in rows)
