"""An import is killed again and again, in the middle of whatever it does: nothing is lost, nothing is there twice."""

import random
import signal
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from songswap.columns import importer
from songswap.columns.archives import look
from songswap.columns.build import build
from songswap.columns.importer import Importer
from songswap.documents import PLAYS
from songswap.store import Store, hold
from tests.columns.logs import ACCOUNT, an_account, columns_of, names_in, plays_in
from tests.core.history.formats.files import Json, an_extended_row, compact
from tests.store.notes import start

ROUNDS = 6
KILLS_EACH = 6
ROWS = 9_000
FIRST = datetime(2023, 1, 1, tzinfo=UTC)
MONTHS = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)]


def bring_in(root: Path, file: Path, said: Connection) -> None:
    """Import a file and make the columns."""
    store = Store(root, "importer")
    with hold(root, "importer"):
        importer.IMPORT_BATCH = 300
        said.send("begins")
        Importer(store, ACCOUNT).run(look([(file, file.name)]), lambda read, size, tally: None)
        build(root, ACCOUNT, thorough=True)


def row_of(number: int) -> Json:
    """A row of its own for each number, all in two years."""
    moment = FIRST + timedelta(minutes=100 * number)
    return an_extended_row(
        ts=moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        spotify_track_uri=f"spotify:track:{number % 700:022}",
        master_metadata_track_name=f"Title {number % 700}",
    )


def rows_in(store: Store) -> list[tuple[int, str, int | None]]:
    return [
        (play.at_ms, play.track, play.played_ms)
        for month in MONTHS
        for play in store.rows(PLAYS, ACCOUNT, "export", month)
    ]


def test_an_import_that_is_killed_again_and_again_keeps_every_row_once(tmp_path: Path) -> None:
    rng = random.Random(5)
    file = tmp_path / "endsong_0.json"
    file.write_bytes(compact(row_of(number) for number in rng.sample(range(ROWS), ROWS)))
    killed = 0
    for round_ in range(ROUNDS):
        store = an_account(tmp_path / f"store {round_}")
        kept = 0
        for _ in range(KILLS_EACH):
            process, said = start(bring_in, store.root, file)
            assert said.recv() == "begins"
            time.sleep(rng.uniform(0, 0.5))
            process.kill()
            process.join()
            killed += process.exitcode == -signal.SIGKILL
            rows = rows_in(store)
            assert len(set(rows)) == len(rows) >= kept
            kept = len(rows)
            assert len(plays_in(store)) <= kept  # the columns can be read at any moment
        process, said = start(bring_in, store.root, file)
        process.join()
        assert process.exitcode == 0
        assert len(rows_in(store)) == len(plays_in(store)) == ROWS
        assert {row["track"] for row in plays_in(store)} == {row["track"] for row in names_in(store)}
        assert list(columns_of(store).glob("*.tmp")) == []
    assert killed, "no run was killed before its end"
