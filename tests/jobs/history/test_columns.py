"""Columns follow the logs by themselves; in real time and real processes."""

from pathlib import Path

import pytest

from songswap.columns import schema
from songswap.documents import PLAYS, TRACK_NAMES
from songswap.jobs.history import columns
from songswap.jobs.history.columns import KeeperJob
from songswap.model.history import Play, TrackName
from songswap.store import Store
from tests.columns.logs import ACCOUNT, JOGA, ms, plays_in
from tests.jobs.at_work import a_store, at_work, until

pytestmark = pytest.mark.processes


def job_of(means):  # type: ignore[no-untyped-def]
    return KeeperJob(means).run


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(columns, "QUIET_S", 0.05)
    return a_store(tmp_path / "store", ACCOUNT, "bob")


def hear(store: Store, moment: str) -> None:
    worker = Store(store.root, "worker")
    worker.append(TRACK_NAMES, TrackName(JOGA, "Jóga", "Björk"), ACCOUNT, "recent")
    worker.append(PLAYS, Play(ms(moment), JOGA), ACCOUNT, "recent", moment[:7])


async def test_columns_are_made_at_the_start_and_after_each_change(store: Store) -> None:
    hear(store, "2024-03-01T12:00:00")
    async with at_work(store.root, job_of):
        await until(lambda: len(plays_in(store)) == 1)
        hear(store, "2024-03-01T12:05:00")
        await until(lambda: len(plays_in(store)) == 2)
    assert not schema.folder(store.root, "bob").exists()


@pytest.mark.parametrize("name", ["2024.parquet", "names.parquet", "manifest.json"])
async def test_columns_that_are_lost_while_it_runs_are_made_again(store: Store, name: str) -> None:
    hear(store, "2024-03-01T12:00:00")
    folder = schema.folder(store.root, ACCOUNT)
    async with at_work(store.root, job_of):
        await until(lambda: len(plays_in(store)) == 1)
        (folder / name).unlink()
        await until((folder / name).exists)
        assert len(plays_in(store)) == 1
