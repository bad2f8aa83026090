"""Files become part of a history: every row is accounted for, none is there twice, whatever happens on the way."""

import json
import random
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from songswap.columns import importer
from songswap.columns.archives import look
from songswap.columns.build import build
from songswap.columns.exporter import export
from songswap.columns.forget import forget
from songswap.columns.importer import Importer, ImportStoppedError, ImportTally
from songswap.core.history.formats.exports import Form
from songswap.documents import GAPS, PLAYS, TRACK_NAMES
from songswap.model.history import Gap
from songswap.store import HeldError, Store, hold
from tests.columns.logs import ACCOUNT, an_account, columns_of, names_in, plays_in
from tests.core.history.formats.files import (
    Json,
    a_listen,
    a_page,
    a_scrobble,
    an_account_row,
    an_extended_row,
    an_old_row,
    compact,
    indented,
    json_lines,
)

HOURS = 300


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return an_account(tmp_path / "store")


def rows_of_hours(hours: Sequence[int], row: Callable[..., Json] = an_extended_row) -> list[Json]:
    """A row for each hour since a new year's eve, of a few tracks."""
    return [
        row(ts=f"20{23 + hour // 200}-{1 + hour // 24 % 12:02}-{1 + hour % 28:02}T{hour % 24:02}:00:00Z")
        | {
            "spotify_track_uri": f"spotify:track:{hour % 17:022}",
            "master_metadata_track_name": f"Title {hour % 17}",
            "ms_played": 30_000 + hour,
        }
        for hour in hours
    ]


def given(store: Store, files: dict[str, bytes]) -> list[tuple[Path, str]]:
    """Files as people give them."""
    folder = store.root.parent / "given"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [(folder / name, name) for name in files]


def bring_in(store: Store, files: dict[str, bytes]) -> ImportTally:
    tally = Importer(store, ACCOUNT).run(look(given(store, files)), lambda read, size, tally: None)
    build(store.root, ACCOUNT, thorough=True)
    return tally


def counts(tally: ImportTally) -> tuple[int, int, int, int]:
    assert tally.kept + tally.duplicates + tally.podcasts + tally.unreadable == tally.total
    assert len(tally.problems) == tally.unreadable
    return tally.kept, tally.duplicates, tally.podcasts, tally.unreadable


def logged(store: Store) -> dict[str, list[bytes]]:
    """The lines of all logs, in order."""
    return {
        path.name: sorted(path.read_bytes().splitlines())
        for path in sorted((store.root / "accounts" / ACCOUNT / "plays").glob("*"))
    }


PODCAST = an_extended_row(spotify_track_uri=None, master_metadata_track_name=None, episode_name="One")
WORTHLESS = an_extended_row(spotify_track_uri=None, master_metadata_track_name=None)


def test_every_row_is_accounted_for(store: Store) -> None:
    rows = rows_of_hours(range(HOURS))
    content = compact([*rows, PODCAST, *rows[:50], WORTHLESS, PODCAST])
    assert counts(bring_in(store, {"endsong_0.json": content})) == (HOURS, 50, 2, 1)
    assert len(plays_in(store)) == HOURS
    assert {row["title"] for row in names_in(store)} == {f"Title {number}" for number in range(17)}


def test_doing_it_twice_changes_nothing(store: Store) -> None:
    files = {
        "endsong_0.json": compact([*rows_of_hours(range(HOURS)), PODCAST]),
        "listens.jsonl": json_lines([a_listen(), a_listen(listened_at=1_709_294_900)]),
        "account.json": indented([an_account_row()]),
        "lastfm.json": json.dumps(a_page([a_scrobble()])).encode(),
    }
    first = bring_in(store, files)
    before = logged(store), plays_in(store), names_in(store)
    second = bring_in(store, files)
    assert (counts(first), counts(second)) == ((HOURS + 4, 0, 1, 0), (0, HOURS + 4, 1, 0))
    assert (logged(store), plays_in(store), names_in(store)) == before


def test_torn_doubled_reordered_and_mixed_files_give_what_whole_ones_give(store: Store, tmp_path: Path) -> None:
    rows = [*rows_of_hours(range(200)), *rows_of_hours(range(200, HOURS), an_old_row)]
    mixed = random.Random(3).sample(rows, len(rows))
    whole = an_account(tmp_path / "other" / "store")
    bring_in(whole, {"endsong_0.json": compact(rows)})
    torn = compact(rows[:150])[:-40]
    files = {
        "endsong_0.json": torn,
        "endsong_1.json": compact(rows[100:200]) * 2,
        "Streaming_History_Audio_2024.json": indented(mixed[:120]) + compact(mixed[120:250]),
        "endsong_2.json": compact(mixed[200:]),
    }
    kept, duplicates, _, unreadable = counts(bring_in(store, files))
    assert (kept, unreadable) == (HOURS, 1)
    assert duplicates > 0
    assert plays_in(store) == plays_in(whole)


def test_a_whole_zip_is_read(store: Store) -> None:
    path = store.root.parent / "my_data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/endsong_0.json", compact(rows_of_hours(range(100))))
        archive.writestr("a/endsong_1.json", compact(rows_of_hours(range(100, HOURS))))
        archive.writestr("a/ReadMe.pdf", b"%PDF")
    assert counts(bring_in(store, {"my_data.zip": path.read_bytes()})) == (HOURS, 0, 0, 0)


def test_what_a_damaged_zip_still_has_is_kept_and_the_rest_is_told_of(store: Store) -> None:
    path = store.root.parent / "my_data.zip"
    content = compact(rows_of_hours(range(5_000)))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("endsong_0.json", content)
        archive.writestr("endsong_1.json", compact(rows_of_hours(range(5_000, 5_100))))
    damaged = path.read_bytes().replace(b'"Title 3"', b'"Title X"', 1)
    kept, _, _, unreadable = counts(bring_in(store, {"my_data.zip": damaged}))
    assert unreadable >= 1
    assert kept >= 100
    assert "the rest can’t be read" in logged_problem(store, damaged)


def logged_problem(store: Store, content: bytes) -> str:
    (problem, *_) = bring_in(store, {"again.zip": content}).problems
    return problem.why


def test_progress_is_told_in_bytes(store: Store) -> None:
    content = compact(rows_of_hours(range(4_000)))
    seen: list[tuple[int, int]] = []
    Importer(store, ACCOUNT).run(
        look(given(store, {"a.json": content})), lambda read, size, tally: seen.append((read, size))
    )
    assert len(seen) > 2
    assert [read for read, _ in seen] == sorted({read for read, _ in seen})
    assert seen[-1] == (len(content), len(content))


def test_an_import_that_is_stopped_goes_on_where_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "IMPORT_BATCH", 100)
    files = given(store, {"a.json": compact(rows_of_hours(range(4_000)))})
    stops = 0

    def stop(read: int, size: int, tally: ImportTally) -> None:
        if read < size and tally.kept:
            raise ImportStoppedError

    while True:
        try:
            tally = Importer(store, ACCOUNT).run(look(files), stop if stops < 2 else lambda *_: None)
            break
        except ImportStoppedError:
            stops += 1
    assert stops == 2
    assert counts(tally)[0] + counts(tally)[1] == 4_000
    assert tally.duplicates > 0
    build(store.root, ACCOUNT)
    assert len(plays_in(store)) == 4_000


def test_few_months_at_a_time_are_remembered_and_nothing_is_kept_twice(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "MOST_KEYS", 30)
    monkeypatch.setattr(importer, "IMPORT_BATCH", 20)
    rows = random.Random(4).sample(rows_of_hours(range(HOURS)), HOURS)
    assert counts(bring_in(store, {"a.json": compact([*rows, *reversed(rows)])}))[:2] == (HOURS, HOURS)


def test_names_that_differ_and_names_that_tell_more_are_kept(store: Store) -> None:
    rows = [an_extended_row(), an_extended_row(ts="2024-03-02T12:00:00Z", master_metadata_album_album_name="Volumen")]
    bring_in(store, {"a.json": compact(rows)})
    assert [name.album for name in store.rows(TRACK_NAMES, ACCOUNT, "export")] == ["Homogenic", "Volumen"]


def test_one_import_at_a_time(store: Store) -> None:
    with hold(store.root, "importer"), pytest.raises(HeldError, match="an importer runs on the store"):
        forget(store, ACCOUNT, None)


# Out again


@pytest.mark.parametrize("form", ["jsonl", "csv", "listenbrainz"])
def test_an_export_brought_in_again_is_the_same_history(store: Store, tmp_path: Path, form: Form) -> None:
    files = {
        "endsong_0.json": compact([*rows_of_hours(range(HOURS)), an_extended_row()]),
        "listens.jsonl": json_lines([a_listen(), a_listen(listened_at=1_709_294_200)]),
        "account.json": indented([an_account_row(), an_account_row(trackName="=1+1", endTime="2022-12-31 23:59")]),
    }
    bring_in(store, files)
    store.append(GAPS, Gap(1_000, 2_000, "missed"), ACCOUNT)
    content = b"".join(export(store.root, ACCOUNT, form))
    other = an_account(tmp_path / "other" / "store")
    tally = bring_in(other, {"export": content})
    assert tally.unreadable == tally.duplicates == 0
    assert (plays_in(other), names_in(other)) == (plays_in(store), names_in(store))
    assert list(other.rows(GAPS, ACCOUNT)) == ([] if form == "listenbrainz" else [Gap(1_000, 2_000, "missed")])
    before = logged(store)
    assert bring_in(store, {"export": content}).kept == 0
    assert logged(store) == before


# Away with it


def test_one_source_is_forgotten_and_the_others_stay(store: Store) -> None:
    bring_in(store, {"a.json": compact(rows_of_hours(range(40))), "l.jsonl": json_lines([a_listen()])})
    forget(store, ACCOUNT, "export")
    assert [row["source"] for row in plays_in(store)] == ["listenbrainz"]
    assert sorted(logged(store)) == ["listenbrainz-2024-03.jsonl", "listenbrainz.names.jsonl"]


def test_everything_is_forgotten(store: Store) -> None:
    bring_in(store, {"a.json": compact(rows_of_hours(range(40))), "l.jsonl": json_lines([a_listen()])})
    store.append(GAPS, Gap(1_000, 2_000, "missed"), ACCOUNT)
    forget(store, ACCOUNT, None)
    assert (plays_in(store), names_in(store), logged(store)) == ([], [], {})
    assert list(columns_of(store).glob("2*.parquet")) == []


def test_logs_are_for_their_owner_only(store: Store) -> None:
    bring_in(store, {"a.json": compact(rows_of_hours(range(40)))})
    folder = store.root / "accounts" / ACCOUNT / "plays"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert list(store.rows(PLAYS, ACCOUNT, "export", "2023-01"))
