"""A process that writes is killed again and again: every document reads, and nothing it acknowledged is lost."""

import random
import time
from pathlib import Path

from songswap.store import Store
from tests.store.notes import DIARY, NOTE, NOTES, start, write_on_and_on

KILLS = 100


def write_until_killed(root: Path, first: int, after_s: float) -> int:
    """The last number a process acknowledged that wrote from `first` on and was killed `after_s` after its first."""
    writer, acknowledged = start(write_on_and_on, root, first)
    last: int = acknowledged.recv()
    time.sleep(after_s)
    writer.kill()
    writer.join()
    while True:
        try:
            last = acknowledged.recv()
        except EOFError:
            return last


def test_a_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    rng = random.Random(2)
    store = Store(tmp_path / "store", "server")
    last = -1
    for _ in range(KILLS):
        last = write_until_killed(store.root, last + 1, rng.uniform(0, 0.01))
        store.empty_trash()

        rows = [row.number for row in store.rows(DIARY, "all")]
        assert rows == sorted(rows)
        assert set(range(last + 1)) <= set(rows) <= set(range(last + 2))
        for number in range(max(0, last - NOTES + 1), last + 1):
            note = store.read(NOTE, str(number % NOTES))
            assert note is not None
            assert note.number >= number
    assert not (store.root / "broken").exists()
