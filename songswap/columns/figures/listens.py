"""Single plays: the first and the last of a period, and what was heard for the first time in it."""

from songswap.columns.figures import names
from songswap.columns.figures.answers import Figure, about, minutes
from songswap.columns.figures.top import ORDER
from songswap.columns.plays import Plays, Rows
from songswap.model.struct import Struct


class Listen(Struct, frozen=True):
    """One play: what, whose, when it ended."""

    track: names.TrackRef
    account: str
    at_ms: int


class Firsts(Figure, frozen=True, kw_only=True):
    """The first and the last play of the period; None where there is none."""

    first: Listen | None
    last: Listen | None


class Latest(Figure, frozen=True, kw_only=True):
    """The latest plays, the newest first."""

    items: tuple[Listen, ...]


class Discovery(names.NamedItem, frozen=True, kw_only=True):
    """Something heard for the first time at `at_ms`, and how often and how long since, in the period."""

    at_ms: int
    plays: int
    minutes: float


class Discoveries(Figure, frozen=True, kw_only=True):
    """Of `heard` different things of that kind `new` were heard for the first time; the most heard of them first."""

    kind: names.Kind
    heard: int
    new: int
    items: tuple[Discovery, ...]


def firsts(plays: Plays) -> Firsts:
    """The first and the last play."""
    first, last = edges(plays, plays.counted())
    return Firsts(about=about(plays), first=first, last=last)


def latest(plays: Plays, *, limit: int) -> Latest:
    """The `limit` plays that ended last."""
    order = "ended_at_ms DESC, track DESC, who DESC"
    rows = plays.rows(f"SELECT track, who, ended_at_ms FROM {plays.counted()} ORDER BY {order} LIMIT {limit:d}")
    called = names.tracks(plays, {track for track, *_ in rows})
    items = tuple(Listen(called[track], plays.question.accounts[who], at_ms) for track, who, at_ms in rows)
    return Latest(about=about(plays), items=items)


def edges(plays: Plays, among: str) -> tuple[Listen | None, Listen | None]:
    """The first and the last of the plays `among`."""
    found = [
        row
        for way in ("ASC", "DESC")
        for row in plays.rows(
            f"SELECT track, who, ended_at_ms FROM {among} ORDER BY ended_at_ms {way}, track {way}, who {way} LIMIT 1"
        )
    ]
    if not found:
        return None, None
    called = names.tracks(plays, {track for track, *_ in found})
    first, last = (Listen(called[track], plays.question.accounts[who], at_ms) for track, who, at_ms in found)
    return first, last


def discoveries(plays: Plays, *, kind: names.Kind, limit: int) -> Discoveries:
    """What nobody of those asked for had heard before the period."""
    heard, new, rows = _discovered(plays, kind, limit)
    called = names.items(plays, kind, [hashed for hashed, *_ in rows])
    items = tuple(
        Discovery(**called[hashed], at_ms=at_ms, plays=count, minutes=minutes(ms)) for hashed, at_ms, count, ms in rows
    )
    return Discoveries(about=about(plays), kind=kind, heard=heard, new=new, items=items)


def _discovered(plays: Plays, kind: names.Kind, limit: int) -> tuple[int, int, Rows]:
    """How many are heard in the period, how many of them for the first time, and the most heard of these."""
    period, column = plays.question.period, names.COLUMN[kind]
    heard = (
        f"WITH heard AS (SELECT {column} AS hashed, min(ended_at_ms) AS at_ms, count(*) AS plays, sum(ms) AS ms"
        f" FROM {plays.counted()} WHERE {column} IS NOT NULL GROUP BY {column}),"
        f" before AS (SELECT DISTINCT {column} AS hashed FROM {plays.between(0, period.from_ms)}),"
        " new AS (SELECT * FROM heard ANTI JOIN before USING (hashed)),"
        f" most AS (SELECT * FROM new ORDER BY {ORDER[plays.question.by]}, hashed LIMIT {limit})"
    )
    rows = plays.rows(
        f"{heard} SELECT (SELECT count(*) FROM heard), (SELECT count(*) FROM new), most.*"
        f" FROM (SELECT 1) LEFT JOIN most ON true ORDER BY {ORDER[plays.question.by]}, hashed"
    )
    return rows[0][0], rows[0][1], [row[2:] for row in rows if row[2] is not None]
