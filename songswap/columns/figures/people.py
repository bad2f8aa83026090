"""People and their music side by side: how alike two of them listen, what a group has in common, who brought what."""

from itertools import groupby
from operator import itemgetter
from typing import Final, Literal

from songswap.columns.figures import names
from songswap.columns.figures.answers import Count, Figure, ListenerShare, about, minutes
from songswap.columns.plays import By, Plays
from songswap.model.struct import Struct

CommonKind = Literal["tracks", "artists"]

REASONS_TOLD: Final = 20
PAIRS_TOLD: Final = 100
MOST_PEOPLE: Final = 62
"""Of so many at most it is told what they have in common: each is a bit of a number."""

_WEIGHT: Final[dict[By, str]] = {"plays": "count(*)", "minutes": "sum(ms)"}


class TooManyPeopleError(Exception):
    """There are more than MOST_PEOPLE."""


class Shared(names.NamedItem, frozen=True, kw_only=True):
    """Something both hear, how much of it each, and the part of the match that it makes up."""

    first: Count
    second: Count
    share: float


class TasteMatch(Figure, frozen=True, kw_only=True):
    """How alike the two accounts of `about` listen; None where one of them heard nothing.

    `match` is the part of their listening that goes to the same artists to the same extent: for each artist the lesser
    of both shares, all added up. 1 is the same listening, 0 no artist in common. `tracks_match` is the same of
    recordings. The reasons are what adds most.
    """

    match: float | None
    tracks_match: float | None
    artists_in_common: int
    tracks_in_common: int
    artists: tuple[Shared, ...]
    tracks: tuple[Shared, ...]


class InCommon(names.NamedItem, frozen=True, kw_only=True):
    """Something several hear, with each of them, who hears most first."""

    listeners: tuple[ListenerShare, ...]


class Pair(Struct, frozen=True):
    """How alike two people listen, as in Match."""

    first: str
    second: str
    match: float


class CommonGround(Figure, frozen=True, kw_only=True):
    """What the people have in common: what most of them hear; of equally many, what they hear most.

    `pairs` are those of them whose artists match best, told with artists only.
    """

    kind: CommonKind
    items: tuple[InCommon, ...]
    pairs: tuple[Pair, ...]


class Follower(Struct, frozen=True):
    """Somebody who came to hear an artist too: when first, and how much since."""

    account: str
    at_ms: int
    plays: int
    minutes: float


class Brought(Struct, frozen=True):
    """An artist that `account` was the first to hear, at `at_ms`, and who came to hear them after."""

    artist: names.ArtistRef
    account: str
    at_ms: int
    followers: tuple[Follower, ...]


class Bringer(Struct, frozen=True):
    """How many artists somebody brought."""

    account: str
    artists: int


class BroughtArtists(Figure, frozen=True, kw_only=True):
    """Artists whom somebody brought in the period, and others heard after: those others heard most first.

    `bringers`: who brought how many.
    """

    items: tuple[Brought, ...]
    bringers: tuple[Bringer, ...]


def match(plays: Plays) -> TasteMatch:
    """How alike two people listen, and why."""
    plays.keep(
        "of_tracks",
        "SELECT track AS hashed, any_value(artist) AS artist, count(*) FILTER (who = 0) AS plays_0,"
        " coalesce(sum(ms) FILTER (who = 0), 0) AS ms_0, count(*) FILTER (who = 1) AS plays_1,"
        f" coalesce(sum(ms) FILTER (who = 1), 0) AS ms_1 FROM {plays.counted()} GROUP BY track",
    )
    plays.keep(
        "of_artists",
        "SELECT artist AS hashed, sum(plays_0) AS plays_0, sum(ms_0) AS ms_0, sum(plays_1) AS plays_1,"
        " sum(ms_1) AS ms_1 FROM of_tracks WHERE artist IS NOT NULL GROUP BY artist",
    )
    artists_match, artists_in_common, artists = _overlap(plays, "artists")
    tracks_match, tracks_in_common, tracks = _overlap(plays, "tracks")
    return TasteMatch(
        about=about(plays),
        match=artists_match,
        tracks_match=tracks_match,
        artists_in_common=artists_in_common,
        tracks_in_common=tracks_in_common,
        artists=artists,
        tracks=tracks,
    )


def common(plays: Plays, *, kind: CommonKind, limit: int) -> CommonGround:
    """What several people hear, and which of the people listen alike. Raises TooManyPeopleError."""
    if len(plays.question.accounts) > MOST_PEOPLE:
        raise TooManyPeopleError
    if kind == "artists":
        _hold_artists(plays, limit)
    else:
        _hold_tracks(plays, limit)
    found = _listeners(plays)
    called = names.items(plays, kind, found)
    return CommonGround(
        about=about(plays),
        kind=kind,
        items=tuple(InCommon(**called[hashed], listeners=listeners) for hashed, listeners in found.items()),
        pairs=_pairs(plays) if kind == "artists" else (),
    )


def _hold_artists(plays: Plays, limit: int) -> None:
    """Hold who hears which artist as `heard`, and the artists wanted as `most`."""
    plays.keep(
        "heard",
        f"SELECT artist AS hashed, who, count(*) AS plays, sum(ms) AS ms, {_WEIGHT[plays.question.by]} AS weight"
        f" FROM {plays.counted()} WHERE artist IS NOT NULL GROUP BY artist, who",
    )
    plays.keep(
        "most",
        "SELECT hashed, count(*) AS listeners, sum(weight) AS weight FROM heard GROUP BY hashed HAVING listeners > 1"
        f" ORDER BY listeners DESC, weight DESC, hashed LIMIT {limit}",
    )


def _hold_tracks(plays: Plays, limit: int) -> None:
    """The same of recordings: they are too many to hold each of each person, so those wanted are found first."""
    weight = _WEIGHT[plays.question.by]
    plays.keep(
        "most",
        f"SELECT track AS hashed, bit_count(bit_or(1::BIGINT << who)) AS listeners, {weight} AS weight"
        f" FROM {plays.counted()} GROUP BY track HAVING listeners > 1"
        f" ORDER BY listeners DESC, weight DESC, hashed LIMIT {limit}",
    )
    plays.keep(
        "heard",
        f"SELECT track AS hashed, who, count(*) AS plays, sum(ms) AS ms, {weight} AS weight FROM {plays.counted()}"
        " WHERE track IN (SELECT hashed FROM most) GROUP BY track, who",
    )


def brought(plays: Plays, *, limit: int) -> BroughtArtists:
    """Which artist came to the others by whom."""
    period = plays.question.period
    plays.keep(
        "hearers",
        f"SELECT artist AS hashed, who, min(ended_at_ms) AS at_ms, count(*) AS plays, sum(ms) AS ms,"
        f" {_WEIGHT[plays.question.by]} AS weight"
        f" FROM {plays.between(0, period.to_ms)} WHERE artist IS NOT NULL GROUP BY artist, who",
    )
    plays.keep(
        "bringers",
        "SELECT hashed, arg_min(who, (at_ms, who)) AS bringer, sum(weight) - arg_min(weight, (at_ms, who)) AS weight"
        f" FROM hearers GROUP BY hashed HAVING count(*) > 1 AND min(at_ms) >= {period.from_ms}",
    )
    rows = plays.rows(
        f"WITH most AS (SELECT * FROM bringers ORDER BY weight DESC, hashed LIMIT {limit})"
        " SELECT hashed, who, at_ms, plays, ms FROM most JOIN hearers USING (hashed)"
        " ORDER BY most.weight DESC, hashed, at_ms, who"
    )
    tally = plays.rows(
        "SELECT bringer, count(*) AS artists FROM bringers GROUP BY bringer ORDER BY artists DESC, bringer"
    )
    called = names.artists(plays, {hashed for hashed, *_ in rows})
    return BroughtArtists(
        about=about(plays),
        items=tuple(
            _brought(plays, called[hashed], [row[1:] for row in hearers])
            for hashed, hearers in groupby(rows, itemgetter(0))
        ),
        bringers=tuple(Bringer(plays.question.accounts[who], artists) for who, artists in tally),
    )


def _brought(plays: Plays, artist: names.ArtistRef, hearers: list[tuple[int, int, int, int]]) -> Brought:
    whose = plays.question.accounts
    (who, at_ms, _, _), *others = hearers
    followers = tuple(Follower(whose[one], when_ms, count, minutes(ms)) for one, when_ms, count, ms in others)
    return Brought(artist, whose[who], at_ms, followers)


def _overlap(plays: Plays, kind: CommonKind) -> tuple[float | None, int, tuple[Shared, ...]]:
    """The match, how many are in common, and the reasons: what adds most."""
    sides = f"of_{kind}"
    first, second = (f"plays_{who}" if plays.question.by == "plays" else f"ms_{who}" for who in (0, 1))
    whole_0, whole_1 = plays.row(f"SELECT sum({first}), sum({second}) FROM {sides}")
    if not whole_0 or not whole_1:
        return None, 0, ()
    lesser = f"least({first}::HUGEINT * {whole_1}, {second}::HUGEINT * {whole_0})"
    both = f"FROM {sides} WHERE plays_0 > 0 AND plays_1 > 0"
    alike, count = plays.row(f"SELECT coalesce(sum({lesser}), 0), count(*) {both}")
    rows = plays.rows(
        f"SELECT hashed, plays_0, ms_0, plays_1, ms_1, {lesser} AS part {both} ORDER BY part DESC, hashed"
        f" LIMIT {REASONS_TOLD}"
    )
    called = names.items(plays, kind, [hashed for hashed, *_ in rows])
    whole = whole_0 * whole_1
    reasons = tuple(
        Shared(
            **called[hashed],
            first=Count(plays_0, minutes(ms_0)),
            second=Count(plays_1, minutes(ms_1)),
            share=round(part / whole, 4),
        )
        for hashed, plays_0, ms_0, plays_1, ms_1, part in rows
    )
    return round(alike / whole, 4), count, reasons


def _listeners(plays: Plays) -> dict[int, tuple[ListenerShare, ...]]:
    """Who hears what of that which is held as `most`, in its order, out of what is held as `heard`."""
    rows = plays.rows(
        "SELECT hashed, who, plays, ms FROM most JOIN heard USING (hashed)"
        " ORDER BY listeners DESC, most.weight DESC, hashed, heard.weight DESC, plays DESC, who"
    )
    whose = plays.question.accounts
    return {
        hashed: tuple(ListenerShare(whose[who], count, minutes(ms)) for _, who, count, ms in listeners)
        for hashed, listeners in groupby(rows, itemgetter(0))
    }


def _pairs(plays: Plays) -> tuple[Pair, ...]:
    """Who listens alike, out of what is held as `heard`."""
    rows = plays.rows(
        "WITH totals AS (SELECT who, sum(weight)::HUGEINT AS total FROM heard GROUP BY who HAVING total > 0)"
        " SELECT one.who, other.who, sum(least(one.weight * all_other.total, other.weight * all_one.total)),"
        " any_value(all_one.total * all_other.total)"
        " FROM heard AS one JOIN heard AS other ON one.hashed = other.hashed AND one.who < other.who"
        " JOIN totals AS all_one ON all_one.who = one.who JOIN totals AS all_other ON all_other.who = other.who"
        " GROUP BY one.who, other.who"
    )
    alike = sorted((-round(lesser / whole, 4), first, second) for first, second, lesser, whole in rows)
    whose = plays.question.accounts
    return tuple(Pair(whose[first], whose[second], -less) for less, first, second in alike[:PAIRS_TOLD])
