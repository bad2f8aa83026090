"""The columns are what the logs say: always, whatever was changed, broken, interrupted or taken away."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.columns import schema
from songswap.columns.build import build
from songswap.core.history import name_folding
from songswap.core.history.merge import merge
from songswap.core.history.recordings import resolve
from songswap.documents import GAPS, PLAYS, TRACK_NAMES
from songswap.model.history import Gap, Play, Source, TrackName
from songswap.store import GoneError, Store, StoreError
from tests.columns.logs import (
    ACCOUNT,
    JOGA,
    OWN_JOGA,
    SOS,
    an_account,
    columns_of,
    keep,
    keep_names,
    ms,
    names_in,
    plays_in,
)
from tests.core.plays import T0_MS, Rows, histories, names

NAMES: dict[Source, list[TrackName]] = {
    "export": [TrackName(JOGA, "Jóga", "Björk", "Homogenic"), TrackName(SOS, "SOS", "Abba")],
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Plays of two years, with their columns."""
    store = an_account(tmp_path / "store")
    keep(store, {"export": [play("2023-05-01T10:00:00"), play("2024-05-01T10:00:00", SOS)]})
    keep_names(store, NAMES)
    assert build(store.root, ACCOUNT)
    return store


def play(moment: str, track: str = JOGA, played_ms: int | None = 200_000, **fields: object) -> Play:
    return Play(ms(moment), track, played_ms, **fields)


def written(store: Store) -> dict[str, int]:
    """When each file was written."""
    return {path.name: path.stat().st_mtime_ns for path in columns_of(store).glob("*.parquet")}


def test_a_row_says_all_that_is_known(store: Store) -> None:
    first, second = plays_in(store)
    assert first == {
        "ended_at_ms": ms("2023-05-01T10:00:00"),
        "started_at_ms": ms("2023-05-01T10:00:00") - 200_000,
        "played_ms": 200_000,
        "duration_ms": None,
        "track": name_folding.recording_hash("Björk", "Jóga"),
        "artist": name_folding.artist_hash("Björk"),
        "album": name_folding.album_hash("Björk", "Homogenic"),
        "finished": None,
        "skipped": None,
        "private": False,
        "source": "export",
    }
    assert (second["track"], second["album"]) == (name_folding.recording_hash("Abba", "SOS"), None)
    joga = next(row for row in names_in(store) if row["track"] == first["track"])
    assert joga == {
        "track": first["track"],
        "title": "Jóga",
        "artist_name": "Björk",
        "album_name": "Homogenic",
        "track_id": JOGA,
        "artist": first["artist"],
        "album": first["album"],
        "duration_ms": None,
        "cover_url": None,
    }


def test_files_are_for_their_owner_only(store: Store) -> None:
    assert columns_of(store).stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in columns_of(store).iterdir()} == {0o600}


def test_where_nothing_has_changed_nothing_is_made(store: Store) -> None:
    before = written(store)
    assert not build(store.root, ACCOUNT)
    assert written(store) == before


def test_only_the_year_with_a_new_play_is_made_anew(store: Store) -> None:
    before = written(store)
    keep(store, {"recent": [play("2024-06-01T10:00:00")]})
    assert build(store.root, ACCOUNT)
    after = written(store)
    assert {name for name in after if after[name] != before[name]} == {"2024.parquet"}
    assert len(plays_in(store)) == 3


def test_an_account_without_history_gets_no_columns(tmp_path: Path) -> None:
    store = an_account(tmp_path / "store")
    assert not build(store.root, ACCOUNT)
    assert not columns_of(store).exists()
    assert schema.files(columns_of(store)) == []
    assert schema.manifest(columns_of(store)) == schema.ColumnsManifest()


def test_an_account_that_is_gone_is_not_brought_back(store: Store) -> None:
    shutil.rmtree(store.root / "accounts" / ACCOUNT)
    assert not build(store.root, ACCOUNT)
    with pytest.raises(GoneError):
        keep(store, {"recent": [play("2024-06-01T10:00:00")]})
    assert not (store.root / "accounts" / ACCOUNT).exists()


# Disposable


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def change_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["2023.parquet", "names.parquet", "manifest.json"])
@pytest.mark.parametrize("damage", [Path.unlink, cut_off, change_a_bit], ids=["gone", "cut off", "a bit changed"])
def test_what_is_broken_is_made_anew(store: Store, name: str, damage: Callable[[Path], None]) -> None:
    plays, known = plays_in(store), names_in(store)
    damage(columns_of(store) / name)
    build(store.root, ACCOUNT)
    assert (plays_in(store), names_in(store)) == (plays, known)


def test_all_of_it_may_be_deleted(store: Store) -> None:
    plays = plays_in(store)
    shutil.rmtree(columns_of(store))
    assert build(store.root, ACCOUNT)
    assert plays_in(store) == plays


def test_what_a_crash_left_is_cleared_away(store: Store) -> None:
    left = columns_of(store) / "2023.parquet.rows.tmp"
    left.write_bytes(b"half")
    keep(store, {"recent": [play("2024-06-01T10:00:00")]})
    build(store.root, ACCOUNT)
    assert not left.exists()


def test_a_full_disk_leaves_the_old_columns(store: Store) -> None:
    before = plays_in(store)
    keep(store, {"recent": [play("2024-06-01T10:00:00")]})
    (columns_of(store) / "2024.parquet.tmp").mkdir()  # nothing can be written under that name
    with pytest.raises(StoreError, match=r"2024\.parquet"):
        build(store.root, ACCOUNT)
    assert plays_in(store) == before


# Logs as they come


def log_of(store: Store, source: Source, month: str) -> Path:
    return store.root / PLAYS.path(ACCOUNT, source, month)


@pytest.mark.parametrize(
    "torn", [b'{"t":17', b"\x00\x00\x00", b'{"t":"no moment","id":"x"}\n', b'{"t":-5,"id":"x"}\n', b"\xff\xfe\n"]
)
def test_a_row_that_cannot_be_read_costs_no_other(store: Store, torn: bytes) -> None:
    with log_of(store, "export", "2024-05").open("ab") as log:
        log.write(torn)
    with (store.root / TRACK_NAMES.path(ACCOUNT, "export")).open("ab") as log:
        log.write(torn)
    build(store.root, ACCOUNT)
    assert len(plays_in(store)) == 2
    keep(store, {"export": [play("2024-05-02T10:00:00")]})
    build(store.root, ACCOUNT)
    assert len(plays_in(store)) == 3


def test_a_file_of_another_name_is_left_alone(store: Store) -> None:
    (log_of(store, "export", "2024-05").parent / "notes.txt").write_text("mine", encoding="utf-8")
    assert not build(store.root, ACCOUNT)


def test_a_source_that_is_taken_away_is_gone_from_the_columns(store: Store) -> None:
    for log in log_of(store, "export", "2024-05").parent.glob("export-2024*"):
        log.unlink()
    assert build(store.root, ACCOUNT)
    assert [row["ended_at_ms"] for row in plays_in(store)] == [ms("2023-05-01T10:00:00")]
    assert not schema.year_file(columns_of(store), 2024).exists()


def test_when_all_is_taken_away_nothing_remains(store: Store) -> None:
    shutil.rmtree(log_of(store, "export", "2024-05").parent)
    assert build(store.root, ACCOUNT)
    assert (plays_in(store), names_in(store)) == ([], [])


# Across the edges of years


def test_a_play_that_two_sources_put_into_two_years_is_one(store: Store) -> None:
    keep(
        store,
        {"export": [play("2024-12-31T23:59:50")], "recent": [play("2025-01-01T00:00:05", played_ms=None)]},
    )
    build(store.root, ACCOUNT)
    assert len(plays_in(store)) == 3
    assert not schema.year_file(columns_of(store), 2025).exists()


def test_a_play_that_began_in_the_old_year_lies_in_the_year_of_its_end(store: Store) -> None:
    keep_names(store, {"lastfm": [TrackName(OWN_JOGA, "Jóga", "Björk", duration_ms=300_000)]})
    keep(store, {"lastfm": [play("2024-12-31T23:58:00", OWN_JOGA, None, is_start=True)]})
    build(store.root, ACCOUNT)
    assert [row["ended_at_ms"] for row in plays_in(store)][-1] == ms("2025-01-01T00:03:00")
    assert schema.year_file(columns_of(store), 2025).exists()
    assert not build(store.root, ACCOUNT)


# Names


def test_a_better_name_reaches_every_year_when_the_work_is_thorough(store: Store) -> None:
    keep_names(store, {"recent": [TrackName(JOGA, "Jóga", "Björk", "Homogenic", duration_ms=305_000)]})
    assert build(store.root, ACCOUNT)
    assert [row["duration_ms"] for row in plays_in(store)] == [None, None]
    assert names_in(store)[0]["duration_ms"] or names_in(store)[1]["duration_ms"]
    assert build(store.root, ACCOUNT, thorough=True)
    assert [row["duration_ms"] for row in plays_in(store)] == [305_000, None]
    assert not build(store.root, ACCOUNT, thorough=True)


def test_a_track_that_is_called_otherwise_is_so_in_every_year_at_once(store: Store) -> None:
    keep_names(store, {"export": [TrackName(JOGA, "Jóga (Remaster)", "Björk", "Homogenic", ("Björk",))]})
    assert build(store.root, ACCOUNT)
    assert plays_in(store)[0]["track"] == name_folding.recording_hash("Björk", "Jóga (Remaster)")
    assert {row["track"] for row in plays_in(store)} <= {row["track"] for row in names_in(store)}


def test_a_track_without_any_name_is_kept(store: Store) -> None:
    keep(store, {"export": [play("2024-06-01T10:00:00", "unknown")]})
    build(store.root, ACCOUNT)
    row = plays_in(store)[-1]
    assert (row["track"], row["artist"], row["album"]) == (name_folding.unnamed_hash("unknown"), None, None)


def test_names_of_any_script_and_sign_come_back_as_they_are(store: Store) -> None:
    title, artist = 'Quo"te, \\ \n', "椎名林檎 🍎 'x'"
    keep_names(store, {"export": [TrackName("y" * 22, title, artist)]})
    build(store.root, ACCOUNT)
    assert (title, artist) in {(row["title"], row["artist_name"]) for row in names_in(store)}


# What the manifest tells


def test_it_tells_what_there_is_of_each_source(store: Store) -> None:
    keep(store, {"recent": [play("2024-06-01T10:00:00"), play("2024-06-01T10:00:00")]})
    build(store.root, ACCOUNT)
    there = schema.manifest(columns_of(store)).sources
    assert there["export"] == schema.Span(2, ms("2023-05-01T10:00:00"), ms("2024-05-01T10:00:00"))
    assert there["recent"] == schema.Span(1, ms("2024-06-01T10:00:00"), ms("2024-06-01T10:00:00"))


def test_a_gap_is_told_until_an_export_fills_it(store: Store) -> None:
    gap = Gap(ms("2024-06-01T00:00:00"), ms("2024-06-02T00:00:00"), "missed")
    store.append(GAPS, gap, ACCOUNT)
    assert build(store.root, ACCOUNT)
    assert schema.manifest(columns_of(store)).gaps == (gap,)
    keep(store, {"export": [play("2024-07-01T10:00:00")]})
    assert build(store.root, ACCOUNT)
    assert schema.manifest(columns_of(store)).gaps == ()


# On random histories

YEAR_EDGE_MS = ms("2024-01-01T00:00:00")
edges = st.integers(-3, 3).map(lambda steps: YEAR_EDGE_MS - T0_MS + steps * 2_000_000)


@given(st.lists(histories, min_size=1, max_size=3), names(), edges)
def test_step_by_step_gives_what_one_merge_of_everything_gives(
    steps: list[Rows], known: dict[Source, list[TrackName]], moved_ms: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = an_account(Path(folder) / "store")
        keep_names(store, known)
        every: Rows = {}
        for rows in steps:
            moved = {source: [moved_by(play, moved_ms) for play in plays] for source, plays in rows.items()}
            keep(store, moved)
            for source, plays in moved.items():
                every.setdefault(source, []).extend(plays)
            build(store.root, ACCOUNT)
        merged = [(play.ended_at_ms, play.recording.track, play.source) for play in merge(every, resolve(known)[0])]
        assert [(row["ended_at_ms"], row["track"], row["source"]) for row in plays_in(store)] == merged


def moved_by(play: Play, by_ms: int) -> Play:
    return Play(play.at_ms + by_ms, play.track, play.played_ms, is_start=play.is_start, reason_end=play.reason_end)
