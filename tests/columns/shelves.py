"""A store with columns as a test wants them, and random ones."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import strategies as st

from songswap.columns import parquet, schema
from songswap.columns.genres import load_genres
from songswap.columns.plays import By, Question
from songswap.core.history.name_folding import album_hash, artist_hash, recording_hash
from songswap.core.history.recordings import Named
from songswap.core.insights.counting_rules import PlayLength
from songswap.core.insights.periods import Period, offsets, period, period_before, start_of
from songswap.model.history import Gap, Source
from songswap.model.sharing import CountingRule, WeekStart
from songswap.model.struct import Struct
from songswap.store.files import make_folder

PEOPLE = ("ada", "bob", "cleo", "dan")


class Row(Struct, frozen=True):
    """A play as it lies in a year's file."""

    ended_at_ms: int
    started_at_ms: int
    played_ms: int | None
    duration_ms: int | None
    track: int
    artist: int | None
    album: int | None
    finished: bool | None = None
    skipped: bool | None = None
    private: bool = False
    source: Source = "export"

    @property
    def heard(self) -> PlayLength:
        return PlayLength(self.played_ms, self.duration_ms, self.finished, self.source)


class Shelved(Struct, frozen=True):
    """What one person's columns hold; rows in the order of the files."""

    rows: tuple[Row, ...] = ()
    names: tuple[Named, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Stored(Struct, frozen=True):
    """What everybody's columns hold, and the genres by artist."""

    people: dict[str, Shelved] = {}
    genres: dict[str, tuple[str, ...]] = {}


def shelve(root: Path, stored: Stored) -> None:
    """Write it all below `root`."""
    with parquet.writer() as connection:
        for account, shelved in stored.people.items():
            folder = schema.folder(root, account)
            folder.mkdir(parents=True, exist_ok=True)
            by_year: dict[int, list[Row]] = {}
            for row in shelved.rows:
                by_year.setdefault(datetime.fromtimestamp(row.ended_at_ms / 1000, UTC).year, []).append(row)
            years = {}
            for year, rows in by_year.items():
                made = parquet.write(connection, schema.year_file(folder, year), schema.PLAY_COLUMNS, rows)
                years[str(year)] = schema.Part(*made, len(rows), "")
            names = None
            if shelved.names:
                made = parquet.write(connection, folder / schema.NAMES, schema.NAME_COLUMNS, shelved.names)
                names = schema.Part(*made, len(shelved.names), "")
            manifest = schema.ColumnsManifest(schema.VERSION, years, names, gaps=shelved.gaps)
            (folder / schema.MANIFEST).write_bytes(msgspec.json.encode(manifest))
    if stored.genres:
        make_folder(root)
        lines = ["artist,genres", *(f"{artist},{';'.join(told)}" for artist, told in stored.genres.items())]
        (root / "genres.csv").write_text("\n".join(lines), encoding="utf-8")
        load_genres(root, root / "genres.csv")


# Random stores: few tracks, so that there are ties; moments around the changes of the reader's clocks


ARTISTS = ("Aiko", "Bent", "aiko", "Ça Va", "Dusk")
TITLES = ("One", "Two", "ONE")
ALBUMS = ("", "First", "second")
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "Africa/Casablanca",
)
AROUND = date(2011, 12, 30)
"""Apia had no such day; St. John's still changed its clocks at one past midnight that year."""
SPAN_DAYS = 460
DAY_MS = 86_400_000


def named(artist: str, title: str, album: str = "", **more: object) -> Named:
    told: dict[str, object] = {"track_id": None, "duration_ms": None, "cover_url": None, **more}
    return msgspec.convert(
        {
            "track": recording_hash(artist, title),
            "title": title,
            "artist_name": artist,
            "album_name": album,
            "artist": artist_hash(artist),
            "album": album_hash(artist, album),
            **told,
        },
        Named,
    )


def some_name(chance: Random) -> Named:
    return named(
        chance.choice(ARTISTS),
        chance.choice(TITLES),
        chance.choice(ALBUMS),
        track_id=chance.choice([None, "a" * 22, "b" * 22]),
        duration_ms=chance.choice([None, 0, 31_000, 200_000, 700_000]),
        cover_url=chance.choice([None, "https://i.scdn.co/a", "https://i.scdn.co/b"]),
    )


def some_moment(chance: Random, zone: str) -> int:
    """The end of a play: at any time, soon after another, on the edges of days, where clocks change."""
    base, edges = edges_of(zone)
    match chance.randrange(5):
        case 0:
            return base + chance.randrange(-SPAN_DAYS * DAY_MS, SPAN_DAYS * DAY_MS)
        case 1:
            return chance.choice(edges) + chance.randrange(-90 * 60_000, 90 * 60_000)
        case 2:
            return chance.choice(edges) + chance.choice([-1, 0, 1])
        case 3:
            return base + chance.randrange(-20, 20) * DAY_MS
    return base + chance.randrange(40) * 600_000


@cache
def edges_of(zone: str) -> tuple[int, list[int]]:
    """The day around which all happens, and where days and years end and clocks change."""
    where = ZoneInfo(zone)
    base = start_of(AROUND, where)
    changes = offsets(where, base - SPAN_DAYS * DAY_MS, base + SPAN_DAYS * DAY_MS)[1:]
    days = [start_of(date(2012, 1, 1), ZoneInfo("UTC")), start_of(AROUND + timedelta(days=1), where)]
    return base, [base, *days, *(piece.from_ms for piece in changes)]


def some_row(chance: Random, zone: str) -> Row:
    ended_at_ms = some_moment(chance, zone)
    artist, title, album = (chance.choice(words) for words in (ARTISTS, TITLES, ALBUMS))
    is_named = chance.random() < 0.9
    duration_ms = chance.choice([None, 0, 20_000, 60_000, 60_002, 200_000, 480_000, 700_000])
    played_ms = chance.choice([None, None, 0, 29_999, 30_000, 30_001, 100_000, 239_999, 240_000, 700_000])
    length_ms = duration_ms if played_ms is None else played_ms
    return Row(
        ended_at_ms=ended_at_ms,
        started_at_ms=ended_at_ms - (length_ms or 0),
        played_ms=played_ms,
        duration_ms=duration_ms,
        track=recording_hash(artist, title) if is_named else len(title),
        artist=artist_hash(artist) if is_named else None,
        album=album_hash(artist, album) if is_named else None,
        finished=chance.choice([None, True, False]),
        skipped=chance.choice([None, True, False]),
        private=chance.random() < 0.1,
        source=chance.choice(["export", "account", "seen", "listenbrainz", "lastfm", "recent"]),
    )


def some_shelf(chance: Random, zone: str) -> Shelved:
    found = [some_row(chance, zone) for _ in range(chance.choice([0, 1, 3, 12, 40]))]
    if chance.random() < 0.4:  # as an export has them: everything is known
        found = [
            msgspec.structs.replace(row, played_ms=row.played_ms or 0, finished=bool(row.finished), private=False)
            for row in found
        ]
    found += [row for row in found if chance.random() < 0.05]
    found.sort(key=lambda row: (row.ended_at_ms, row.track, row.started_at_ms))
    called = {one.track: one for one in (some_name(chance) for _ in range(chance.choice([0, 4, 15])))}
    gaps = [
        Gap(start, start + chance.randrange(10 * DAY_MS), chance.choice(["missed", "paused", "limited"]))
        for start in (some_moment(chance, zone) for _ in range(chance.choice([0, 0, 0, 1, 3])))
    ]
    return Shelved(tuple(found), tuple(called.values()), tuple(gaps))


@st.composite
def stores(draw: st.DrawFn, zone: str) -> Stored:
    """A few people's columns: as the lists are long, a seed stands for all in them."""
    chance = Random(draw(st.integers(0, 2**32), "seed"))
    people = draw(st.permutations(PEOPLE))[: draw(st.integers(1, len(PEOPLE)))]
    genres = {
        artist: tuple(chance.sample(["pop", "jazz", "dub"], chance.randrange(1, 4)))
        for artist in ARTISTS
        if chance.random() < 0.5
    }
    return Stored({one: some_shelf(chance, zone) for one in people}, draw(st.sampled_from([genres, {}])))


@st.composite
def questions(draw: st.DrawFn, zone: str, stored: Stored) -> Question:
    where = ZoneInfo(zone)
    now_ms = some_moment(Random(draw(st.integers(0, 2**32))), zone)
    name = draw(st.sampled_from(["all", "all", "all", "year", "month", "week", "last7", "last30", "custom", "custom"]))
    week_start: WeekStart = draw(st.sampled_from(["monday", "saturday", "sunday"]))
    day = datetime.fromtimestamp(now_ms / 1000, where).date()
    first = day - timedelta(days=draw(st.integers(0, 3) | st.integers(0, SPAN_DAYS)))
    accounts = tuple(draw(st.permutations(PEOPLE))[: draw(st.sampled_from([1, 1, 2, 2, 3, 4]))])
    ends = [row.ended_at_ms for one in accounts for row in stored.people.get(one, Shelved()).rows]
    asked: Period = period(
        name,
        where,
        now_ms,
        week_start=week_start,
        first=first,
        last=day,
        reach_ms=(min(ends), max(ends)) if ends else None,
    )
    rule: CountingRule = draw(st.sampled_from(["30s", "half", "finished", "all"]))
    by: By = draw(st.sampled_from(["plays", "minutes"]))
    before = period_before(asked, now_ms, week_start=week_start)
    return Question(accounts, asked, before, day, rule, by, week_start, with_private=draw(st.booleans()))


def together(stored: Stored, accounts: Sequence[str]) -> Mapping[str, Shelved]:
    """What there is of each account, nothing included."""
    return {account: stored.people.get(account, Shelved()) for account in accounts}
