"""A file the operator has brought becomes the catalogue; in real time and real processes."""

from pathlib import Path

import pytest

from songswap.catalogue import loading, schema
from songswap.catalogue.schema import LOCK
from songswap.documents import CATALOGUE_LOADING, CATALOGUE_UPLOAD, CATALOGUE_WISH
from songswap.jobs import catalogue
from songswap.jobs.catalogue import CataloguingJob
from songswap.jobs.kit.subprocess_jobs import run_beside
from songswap.model.cataloguing import CatalogueLoading, CatalogueWish
from songswap.store import Store, hold
from songswap.store.files import fill
from tests.catalogue.tables import HEADER, some_rows, table
from tests.jobs.at_work import at_work, until

pytestmark = pytest.mark.processes


def job_of(means):  # type: ignore[no-untyped-def]
    return CataloguingJob(means).run


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store", "server")


def bring(store: Store, content: str, upload: str = "one") -> Path:
    """What the server does with a file."""
    path = store.root / fill(CATALOGUE_UPLOAD, (upload,))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    store.write(CATALOGUE_WISH, CatalogueWish(upload, "songs.csv", len(content), 1.0))
    return path


def seen(store: Store) -> CatalogueLoading:
    return store.read(CATALOGUE_LOADING) or CatalogueLoading("", "working", 0.0)


async def test_a_file_is_loaded_once_with_an_account_of_its_rows(store: Store) -> None:
    async with at_work(store.root, job_of):
        path = bring(store, table([*some_rows(40), ("x", "Aiko", "No id", "pop", 1, 1, 1, 1)]))
        await until(lambda: seen(store).state == "done")
    assert (seen(store).kept, seen(store).unreadable, seen(store).read) == (40, 1, seen(store).size)
    assert seen(store).problems[0].startswith("songs.csv line 42")
    assert not path.exists()
    manifest = schema.manifest(store.root)
    assert manifest
    assert (manifest.file, manifest.songs) == ("songs.csv", 40)


async def test_after_a_restart_only_what_was_not_served_is_loaded(store: Store) -> None:
    asked: list[str] = []

    async def beside(arguments, hear):  # type: ignore[no-untyped-def]
        asked.append(Path(arguments[-1]).name)
        return 0

    for upload in ("one", "two"):
        async with at_work(store.root, job_of, beside):
            bring(store, "anything", upload)
            await until(lambda: (seen(store).upload, seen(store).state) == (upload, "done"))  # noqa: B023
    assert asked == ["one", "two"]


async def test_a_file_that_can_not_be_used_says_why_and_the_catalogue_stays(store: Store) -> None:
    async with at_work(store.root, job_of):
        bring(store, table(some_rows(40)))
        await until(lambda: seen(store).state == "done")
        path = bring(store, "title,energy\nOne,0.5\n", "two")
        await until(lambda: seen(store).upload == "two" and seen(store).state == "failed")
        assert not path.exists()
    assert "no column for id" in seen(store).error
    assert schema.manifest(store.root).songs == 40  # type: ignore[union-attr]


async def test_a_loading_nobody_wants_any_more_is_stopped_and_its_file_goes(store: Store) -> None:
    async with at_work(store.root, job_of):
        path = bring(store, table(some_rows(200_000)))
        await until(lambda: seen(store).read > 0)
        store.write(CATALOGUE_WISH, CatalogueWish())
        await until(lambda: seen(store).state == "stopped")
        assert not path.exists()
    assert schema.manifest(store.root) is None


async def test_it_waits_while_somebody_loads_on_the_command_line(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "CATALOGUE_RETRY_S", 0.05)
    asked = 0

    async def beside(arguments, hear):  # type: ignore[no-untyped-def]
        nonlocal asked
        asked += 1
        return await run_beside(arguments, hear)

    with hold(store.root, LOCK):
        async with at_work(store.root, job_of, beside):
            bring(store, table(some_rows(10)))
            await until(lambda: asked > 1)
            assert seen(store).state == "working"
    async with at_work(store.root, job_of):
        await until(lambda: seen(store).state == "done")


def test_more_rows_than_anybody_will_hear_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "MOST_ROWS", 50)
    (tmp_path / "store").mkdir()
    path = tmp_path / "many.csv"
    path.write_text(table(some_rows(51), HEADER))
    with pytest.raises(loading.UnfitFileError, match="more than 50 rows"):
        loading.Loading(tmp_path / "store").run(path, now_ms=1.0)
    assert schema.manifest(tmp_path / "store") is None
