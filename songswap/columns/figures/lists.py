"""Lists of tracks out of listening histories, for playlists: only tracks that Spotify has an id for."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from songswap.columns.figures import names
from songswap.columns.figures.listens import discoveries
from songswap.columns.figures.top import ORDER, most_heard
from songswap.columns.plays import Plays, Question
from songswap.columns.query import Engine
from songswap.core.insights import periods
from songswap.model.music import SPOTIFY, TrackId
from songswap.model.playlists import Entry, ListSource
from songswap.model.struct import Struct

NOT_HEARD_DAYS: Final = 365
SPARE: Final = 2
"""So many times as many are looked at as are wanted: some have no id at Spotify."""


class ListedTracks(Struct, frozen=True):
    """The tracks, best first, with covers where known; so many before the last of them have no id at Spotify."""

    entries: tuple[Entry, ...] = ()
    covers: tuple[str | None, ...] = ()
    left_out: int = 0


def question(
    source: ListSource, accounts: Sequence[str], zone: ZoneInfo, now_ms: float, *, with_private: bool
) -> Question:
    """What is to be asked of the histories of `accounts` for the list."""
    today = periods.day_of(now_ms, zone)
    whole = periods.between("custom", zone, periods.FIRST_DAY, today)
    is_whole = source.kind == "not_heard" or (source.period == "all" and source.kind == "most_played")
    name = "month" if source.period == "all" else source.period
    asked = whole if is_whole else periods.period(name, zone, now_ms, week_start=source.week_start)
    return Question(
        tuple(accounts), asked, None, today, source.rule, source.by, source.week_start, with_private=with_private
    )


def listed(plays: Plays, *, source: ListSource) -> ListedTracks:
    """The list that `source` wants, in the period of the question."""
    most = source.limit * SPARE
    match source.kind:
        case "new":
            items = discoveries(plays, kind="tracks", limit=most).items
            return _with_ids([item.track for item in items if isinstance(item.track, names.TrackRef)], source.limit)
        case "not_heard":
            hashes = _not_heard(plays, most)
        case _:
            hashes = [hashed for hashed, *_ in most_heard(plays, "tracks", most).rows]
    called = names.tracks(plays, hashes)
    return _with_ids([called[hashed] for hashed in hashes], source.limit)


def ask(engine: Engine, source: ListSource, asked: Question) -> ListedTracks:
    """The list, for those who may wait. Raises what `Engine.answer` does."""
    return engine.answer(partial(listed, source=source), ListedTracks, asked)


def _not_heard(plays: Plays, most: int) -> list[int]:
    """The most heard of what was not heard for a year."""
    since = plays.question.today - timedelta(days=NOT_HEARD_DAYS)
    since_ms = periods.start_of(since, periods.zone_of(plays.question.period.zone))
    rows = plays.rows(
        f"SELECT track, count(*) AS plays, sum(ms) AS ms FROM {plays.counted()} GROUP BY track"
        f" HAVING max(ended_at_ms) < {since_ms} ORDER BY {ORDER[plays.question.by]}, track LIMIT {most}"
    )
    return [hashed for hashed, *_ in rows]


def _with_ids(tracks: Sequence[names.TrackRef], limit: int) -> ListedTracks:
    entries: dict[str, tuple[Entry, str | None]] = {}
    left_out = 0
    for track in tracks:
        if len(entries) == limit:
            break
        if track.spotify_id is None:
            left_out += 1
            continue
        uri = TrackId(SPOTIFY, track.spotify_id).uri
        entries.setdefault(uri, (Entry(uri, track.title, track.artist), track.cover_url))
    return ListedTracks(
        tuple(entry for entry, _ in entries.values()), tuple(cover for _, cover in entries.values()), left_out
    )
