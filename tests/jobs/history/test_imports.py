"""Files that people have uploaded become part of their history; in real time and real processes."""

import asyncio
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from songswap.beside import Hear
from songswap.columns.importer import Importer
from songswap.columns.report import BuildReport
from songswap.documents import IMPORTED, IMPORTS, PLAYS, POLLED, UPLOAD
from songswap.jobs.history.imports import ImportsJob
from songswap.jobs.kit.subprocess_jobs import run_beside
from songswap.model.imports import Forget, Imported, Imports, ImportsSeen, Upload
from songswap.store import HeldError, Store, hold
from songswap.store.files import LAST_GOOD, fill
from tests.columns.logs import plays_in
from tests.columns.test_kill import row_of
from tests.core.history.formats.files import compact
from tests.jobs.at_work import PATIENCE_S, a_store, at_work, until
from tests.store.notes import start

pytestmark = pytest.mark.processes

ADA, BOB = "ada", "bob"


def job_of(means):  # type: ignore[no-untyped-def]
    return ImportsJob(means).run


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return a_store(tmp_path / "store", ADA, BOB)


def bring(store: Store, account: str, upload: str, content: bytes, **fields: object) -> Path:
    """What the server does with a file that somebody uploads."""
    path = store.root / fill(UPLOAD, (account, upload))
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(content)
    imports = store.read(IMPORTS, account) or Imports()
    wanted = Upload(upload, "endsong_0.json", len(content), time.time() * 1000, **fields)
    store.write(IMPORTS, replace(imports, uploads=(*imports.uploads, wanted)), account)
    return path


def change(store: Store, account: str, upload: str, **fields: object) -> None:
    imports = store.read(IMPORTS, account)
    assert imports is not None
    uploads = tuple(replace(one, **fields) if one.id == upload else one for one in imports.uploads)
    store.write(IMPORTS, replace(imports, uploads=uploads), account)


def seen(store: Store, account: str, upload: str) -> Imported | None:
    return (store.read(IMPORTED, account) or ImportsSeen()).imports.get(upload)


def state(store: Store, account: str, upload: str) -> str:
    imported = seen(store, account, upload)
    return imported.state if imported else ""


def rows(count: int, first: int = 0) -> bytes:
    return compact(row_of(number) for number in range(first, first + count))


async def test_an_upload_becomes_history_and_its_file_goes(store: Store) -> None:
    async with at_work(store.root, job_of):
        path = bring(store, ADA, "one", rows(3_000)[:-1] + b',{"ts": "never"}]')
        await until(lambda: state(store, ADA, "one") == "done")
    imported = seen(store, ADA, "one")
    assert imported is not None
    assert (imported.kept, imported.duplicates, imported.unreadable, imported.total) == (3_000, 0, 1, 3_001)
    assert (imported.read, imported.rev, imported.error) == (imported.size, 1, "")
    assert imported.problems[0].file == "endsong_0.json"
    assert not path.exists()
    assert len(plays_in(store)) == 3_000


async def test_uploads_of_several_people_are_done_one_after_the_other(store: Store) -> None:
    bring(store, ADA, "one", rows(100))
    bring(store, BOB, "two", rows(100))
    bring(store, ADA, "three", rows(100, first=50))
    async with at_work(store.root, job_of):
        await until(lambda: state(store, ADA, "three") == "done")
    done = [seen(store, *one) for one in ((ADA, "one"), (BOB, "two"), (ADA, "three"))]
    assert [(one.kept, one.duplicates) for one in done if one] == [(100, 0), (100, 0), (50, 50)]
    assert sorted(one.at_ms for one in done if one) == [one.at_ms for one in done if one]


async def test_one_whose_wishes_can_not_be_read_keeps_nobody_else_waiting(store: Store) -> None:
    bring(store, ADA, "one", rows(100))
    for path in (store.root / IMPORTS.path(ADA), store.root / f"{IMPORTS.path(ADA)}{LAST_GOOD}"):
        path.write_bytes(b"half")
    bring(store, BOB, "two", rows(100))
    async with at_work(store.root, job_of):
        await until(lambda: state(store, BOB, "two") == "done")
    assert (store.root / UPLOAD.format(ADA, "one")).exists()


async def test_a_file_of_another_kind_fails_for_good(store: Store) -> None:
    async with at_work(store.root, job_of):
        path = bring(store, ADA, "one", b"%PDF-1.7")
        await until(lambda: state(store, ADA, "one") == "failed")
    imported = seen(store, ADA, "one")
    assert imported is not None
    assert imported.error.startswith("endsong_0.json is no listening history.")
    assert not path.exists()


async def test_an_import_can_be_stopped_and_started_again(store: Store) -> None:
    async def stopped_at_the_first_word(arguments: Sequence[str], hear: Hear) -> int:
        """The real thing; what it says first of rows that are kept, makes somebody stop it."""

        def heard(line: bytes) -> None:
            hear(line)
            if msgspec.json.decode(line, type=BuildReport).tally.kept and not wanted().is_stopped and wanted().rev == 1:
                change(store, ADA, "one", is_stopped=True)

        return await run_beside(arguments, heard)

    def wanted() -> Upload:
        imports = store.read(IMPORTS, ADA)
        assert imports is not None
        return imports.uploads[0]

    async with at_work(store.root, job_of, stopped_at_the_first_word):
        path = bring(store, ADA, "one", rows(300_000))
        await until(lambda: state(store, ADA, "one") == "stopped")
        assert path.exists()
        kept = sum(log.read_bytes().count(b"\n") for log in store.root.glob(f"accounts/{ADA}/plays/export-*"))
        assert 0 < kept < 300_000
        change(store, ADA, "one", is_stopped=False, rev=2)
        await until(lambda: state(store, ADA, "one") == "done")
    imported = seen(store, ADA, "one")
    assert imported is not None
    assert (imported.kept, imported.duplicates, imported.rev) == (300_000 - kept, kept, 2)


async def test_an_import_called_off_ends_and_is_no_longer_told_of(store: Store) -> None:
    async with at_work(store.root, job_of):
        bring(store, ADA, "one", rows(120_000))
        await until(lambda: state(store, ADA, "one") == "working")
        store.write(IMPORTS, Imports(), ADA)
        bring(store, BOB, "two", rows(10))
        await until(lambda: state(store, BOB, "two") == "done")
        await until(lambda: seen(store, ADA, "one") is None)


async def test_a_worker_that_stops_in_the_middle_goes_on_when_it_is_back(store: Store) -> None:
    bring(store, ADA, "one", rows(60_000))
    for _ in range(3):
        async with at_work(store.root, job_of):
            await until(lambda: state(store, ADA, "one") == "working")
            await asyncio.sleep(0.7)
        with hold(store.root, "importer"):  # nobody is left behind
            pass
    async with at_work(store.root, job_of):
        await until(lambda: state(store, ADA, "one") == "done")
    assert len(plays_in(store)) == 60_000


def work(root: Path, said: Connection) -> None:
    """A worker, until it is killed."""

    async def serve() -> None:
        async with at_work(root, job_of):
            await until(lambda: state(Store(root, "server"), ADA, "one") == "working")
            said.send("working")
            await asyncio.sleep(PATIENCE_S)

    asyncio.run(serve())


async def test_an_import_ends_with_a_worker_that_is_killed(store: Store) -> None:
    bring(store, ADA, "one", rows(120_000))
    worker, said = start(work, store.root)
    assert said.recv() == "working"
    await until(lambda: is_held(store))
    worker.kill()
    await until(lambda: not is_held(store))
    async with at_work(store.root, job_of):
        await until(lambda: state(store, ADA, "one") == "done")
    assert len(plays_in(store)) == 120_000


def is_held(store: Store) -> bool:
    try:
        with hold(store.root, "importer"):
            return False
    except HeldError:
        return True


async def test_somebody_who_leaves_meanwhile_is_not_brought_back(store: Store) -> None:
    async with at_work(store.root, job_of):
        bring(store, ADA, "one", rows(120_000))
        await until(lambda: state(store, ADA, "one") == "working")
        store.remove("accounts/{}", ADA)
        bring(store, BOB, "two", rows(10))
        await until(lambda: state(store, BOB, "two") == "done")
    assert not (store.root / "accounts" / ADA).exists()


async def test_the_loop_is_never_held_by_an_import(store: Store) -> None:
    async with at_work(store.root, job_of):
        bring(store, ADA, "one", rows(60_000))
        beats = 0
        while state(store, ADA, "one") != "done":
            await asyncio.sleep(0.005)
            beats += 1
    assert beats > 50  # had it run in the loop, there would have been hardly any


# Forgetting


def forget(store: Store, account: str, name: str, source: str | None) -> None:
    imports = store.read(IMPORTS, account) or Imports()
    wanted = Forget(name, source, time.time() * 1000)  # type: ignore[arg-type]  # a source's name
    store.write(IMPORTS, replace(imports, forgets=(*imports.forgets, wanted)), account)


def forgotten(store: Store, account: str) -> dict[str, str]:
    return (store.read(IMPORTED, account) or ImportsSeen()).forgotten


async def test_everything_is_forgotten_and_does_not_come_back_with_the_next_poll(store: Store) -> None:
    bring(store, ADA, "one", rows(100))
    async with at_work(store.root, job_of):
        await until(lambda: state(store, ADA, "one") == "done")
        forget(store, ADA, "f1", None)
        await until(lambda: forgotten(store, ADA) == {"f1": ""})
    assert plays_in(store) == []
    assert list(store.root.glob(f"accounts/{ADA}/plays/*")) == []
    polled = store.read(POLLED, ADA)
    assert polled is not None
    assert polled.forgotten_to_ms > 0


async def test_one_source_is_forgotten_before_more_is_brought_in(store: Store) -> None:
    Importer(Store(store.root, "importer"), ADA)
    bring(store, ADA, "one", rows(100))
    forget(store, ADA, "f1", "export")
    async with at_work(store.root, job_of):
        await until(lambda: state(store, ADA, "one") == "done")
        assert forgotten(store, ADA) == {"f1": ""}
    assert len(plays_in(store)) == 100
    assert store.read(POLLED, ADA) is None


async def test_what_cannot_be_forgotten_now_says_why(store: Store) -> None:
    bring(store, ADA, "one", rows(10))
    async with at_work(store.root, job_of):
        await until(lambda: state(store, ADA, "one") == "done")
        with hold(store.root, "importer"):
            forget(store, ADA, "f1", "export")
            await until(lambda: forgotten(store, ADA) == {"f1": "It waits until an import has ended."})
    assert list(store.rows(PLAYS, ADA, "export", "2023-01"))
