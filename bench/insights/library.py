"""Invented columns: people who have listened for years, as `songswap.columns.build` would leave them."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import msgspec

from songswap.columns import schema
from songswap.columns.libraries import genres_file
from songswap.columns.parquet import FEW_ROWS, FORMAT
from songswap.documents import ACCOUNT, SHARING, Account
from songswap.model.links import SecretLink
from songswap.model.people import Group, Member
from songswap.model.sharing import Sharing
from songswap.model.struct import Struct
from songswap.store import Store

FIRST_YEAR = 2016
PLAYS_A_YEAR = 30_000
TRACKS = 60_000
TRACKS_PER_ALBUM, TRACKS_PER_ARTIST = 4, 8
FLAT = 30
"""The track heard k-th most is heard in proportion to 1 / (k + FLAT): the favourite makes up 0.4 % of all plays."""
PLAYS_IN_A_ROW = 20
"""Then there is a pause until the next evening."""


class Size(Struct, frozen=True):
    """How many people have listened for how many years."""

    people: int
    years: int

    @property
    def plays(self) -> int:
        """By all of them together."""
        return self.people * self.years * PLAYS_A_YEAR

    @property
    def accounts(self) -> list[str]:
        """Their ids, which an account's cookie requires to have twelve letters."""
        return [f"listener{number:04d}" for number in range(self.people)]


def furnish(store: Store, size: Size, now_ms: float) -> None:
    """Write the columns of all the people, who share them with everybody, and put them into one group."""
    with duckdb.connect() as connection:
        connection.execute(_MUSIC)
        for number, account in enumerate(size.accounts):
            store.write(ACCOUNT, Account(account, account, account, f"Listener {number}", "default", now_ms), account)
            store.write(SHARING, Sharing(groups=("everyone0000",), everybody=True), account)
            _write(connection, store.root, account, number, size.years)
        genres = genres_file(store.root)
        genres.parent.mkdir(exist_ok=True)
        connection.execute(f"COPY (SELECT DISTINCT artist, 'genre ' || artist % 40 AS genre FROM music) TO '{genres}'")


def group_of(size: Size, now_ms: float) -> Group:
    """The group they are in."""
    members = {account: Member("listener", now_ms) for account in size.accounts}
    members[size.accounts[0]] = Member("host", now_ms)
    return Group("everyone0000", "Everyone", now_ms, SecretLink("x" * 22, now_ms), members)


def _write(connection: duckdb.DuckDBPyConnection, root: Path, account: str, number: int, years: int) -> None:
    folder = schema.folder(root, account)
    folder.mkdir(mode=0o700)
    parts = {}
    for year in range(FIRST_YEAR, FIRST_YEAR + years):
        path = schema.year_file(folder, year)
        start_ms = round(datetime(year, 1, 1, tzinfo=UTC).timestamp() * 1000)
        is_last = year == FIRST_YEAR + years - 1
        connection.execute(_YEAR.format(number=number, year=year, start_ms=start_ms, is_last=is_last, path=path))
        parts[str(year)] = schema.Part(path.stat().st_size, 0, PLAYS_A_YEAR, "")
    names = folder / schema.NAMES
    connection.execute(
        f"COPY (SELECT {', '.join(schema.NAME_COLUMNS)} FROM music ORDER BY track) TO '{names}'"
        f" ({FORMAT}, ROW_GROUP_SIZE {FEW_ROWS})"
    )
    called = schema.Part(names.stat().st_size, 0, TRACKS, "")
    manifest = schema.ColumnsManifest(schema.VERSION, parts, called)
    (folder / schema.MANIFEST).write_bytes(msgspec.json.encode(manifest))


_MUSIC = f"""
CREATE TABLE music AS SELECT
    (hash(i) >> 1)::BIGINT AS track, (hash(i // {TRACKS_PER_ARTIST} + 1000000) >> 1)::BIGINT AS artist,
    (hash(i // {TRACKS_PER_ALBUM} + 2000000) >> 1)::BIGINT AS album, i,
    'Title ' || i AS title, 'Artist ' || i // {TRACKS_PER_ARTIST} AS artist_name,
    'Album ' || i // {TRACKS_PER_ALBUM} AS album_name, substr(md5(i::VARCHAR), 1, 22) AS track_id,
    (120000 + hash(i + 7) % 240000)::INTEGER AS duration_ms,
    'https://i.scdn.co/image/' || md5((i // {TRACKS_PER_ALBUM})::VARCHAR) AS cover_url
FROM range({TRACKS}) numbers(i)
"""

_YEAR = f"""
COPY (
    WITH chance AS (
        SELECT i, hash(i * 31 + {{number}} * 1000003 + {{year}} * 7919) AS h FROM range({PLAYS_A_YEAR}) numbers(i)
    ),
    played AS (
        SELECT ({{start_ms}} + (i // {PLAYS_IN_A_ROW}) * 31536000000 // {PLAYS_A_YEAR // PLAYS_IN_A_ROW}
                + i % {PLAYS_IN_A_ROW} * 210000 + h % 20000)::BIGINT AS ended_at_ms,
            (({FLAT} * pow({TRACKS / FLAT + 1}, (h >> 20) % 1000000 / 1000000.0) - {FLAT})::BIGINT
                + {{number}} * 3000) % {TRACKS} AS i, h,
            {{is_last}} AND i > {PLAYS_A_YEAR} * 0.8 AS is_polled
        FROM chance
    ),
    whole AS (
        SELECT *, CASE WHEN is_polled THEN NULL WHEN h % 10 < 7 THEN duration_ms
            ELSE (duration_ms * (h % 97) // 97)::INTEGER END AS played_ms
        FROM played JOIN music USING (i)
    )
    SELECT ended_at_ms, ended_at_ms - coalesce(played_ms, duration_ms) AS started_at_ms, played_ms, duration_ms,
        track, artist, album, CASE WHEN NOT is_polled THEN h % 10 < 7 END AS finished,
        CASE WHEN NOT is_polled THEN h % 10 >= 8 END AS skipped, h % 200 = 0 AS private,
        CASE WHEN is_polled THEN 'recent' ELSE 'export' END AS source
    FROM whole ORDER BY ended_at_ms, track
) TO '{{path}}' ({FORMAT})
"""
"""A year of one person: some tracks much more than others, the last months known from polls only."""
