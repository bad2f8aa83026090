"""The store's folder goes away: nothing is written in its place."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from songswap.store import Store, StoreGoneError
from songswap.store.home import MARKER, expect, remember
from tests.store.notes import BOARD, DIARY, NOTE, Note


def moved(root: Path) -> None:
    root.rename(root.with_name("elsewhere"))


def unmounted(root: Path) -> None:
    root.rename(root.with_name("elsewhere"))
    root.mkdir()


def emptied(root: Path) -> None:
    for path in root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def another(root: Path) -> None:
    root.rename(root.with_name("elsewhere"))
    Store(root, "server")


def a_file(root: Path) -> None:
    root.rename(root.with_name("elsewhere"))
    root.touch()


@pytest.mark.parametrize("away", [moved, unmounted, emptied, another, a_file])
def test_a_store_that_goes_away_is_noticed(store: Store, away: Callable[[Path], None]) -> None:
    store.write(NOTE, Note(), "a")
    store.check()
    away(store.root)
    with pytest.raises(StoreGoneError, match=f"the store {store.root} is gone"):
        store.check()


@pytest.mark.parametrize("away", [moved, unmounted, another, a_file])
@pytest.mark.parametrize(
    "write",
    [
        lambda store, _: store.write(NOTE, Note(), "a"),
        lambda store, _: store.write(NOTE, Note(), "new"),
        lambda store, _: store.append(DIARY, Note(), "a"),
        lambda _, worker: worker.write(BOARD, Note()),
        lambda store, _: store.remove("notes/{}", "a"),
        lambda store, _: store.drop(NOTE, "a"),
    ],
)
def test_nothing_is_written_in_its_place(
    store: Store, away: Callable[[Path], None], write: Callable[[Store, Store], object]
) -> None:
    worker = Store(store.root, "worker")
    store.write(NOTE, Note(), "a")
    away(store.root)
    there = sorted(store.root.rglob("*"))
    with pytest.raises(StoreGoneError):
        write(store, worker)
    assert sorted(store.root.rglob("*")) == there


def test_a_store_that_is_mounted_again_is_the_same(store: Store) -> None:
    store.write(NOTE, Note("old"), "a")
    copy = store.root.with_name("copy")
    shutil.copytree(store.root, copy)
    moved(store.root)
    copy.rename(store.root)
    store.check()
    store.write(NOTE, Note("new"), "a")
    assert store.read(NOTE, "a") == Note("new")


def test_both_processes_know_it_by_the_same_id_and_so_do_those_after_them(store: Store) -> None:
    worker = Store(store.root, "worker")
    assert store.id
    assert {worker.id, Store(store.root, "server").id} == {store.id}


def test_a_store_from_before_there_were_markers_is_given_one(tmp_path: Path) -> None:
    (tmp_path / "accounts").mkdir()
    expect(tmp_path)
    store = Store(tmp_path, "server")
    assert (tmp_path / MARKER).read_text().strip() == store.id != ""


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"what?" * 100])
def test_a_broken_marker_is_one_bad_thing(store: Store, content: bytes) -> None:
    (store.root / MARKER).write_bytes(content)
    store.check()
    store.write(NOTE, Note(), "a")
    fresh = Store(store.root, "server")
    assert len(fresh.id) == 32
    assert (store.root / MARKER).read_text().strip() == fresh.id


def test_where_there_was_a_store_no_empty_one_is_begun(tmp_path: Path) -> None:
    root = tmp_path / "store"
    expect(root)
    store = Store(root, "server")
    remember(root, store.id)
    expect(root)
    for away in (unmounted, moved):
        away(root)
        with pytest.raises(StoreGoneError, match=rf"Is its disk mounted\? If it is gone for good.*{root}\.id"):
            expect(root)
        root.with_name("elsewhere").replace(root) if not root.exists() else shutil.rmtree(root)
        if not root.exists():
            root.with_name("elsewhere").rename(root)
    expect(root)
    assert Store(root, "server").id == store.id
    moved(root)
    (tmp_path / "store.id").unlink()
    expect(root)


def test_what_works_beside_begins_no_store_where_one_was(store: Store) -> None:
    remember(store.root, store.id)
    moved(store.root)
    with pytest.raises(StoreGoneError, match=f"there is no store at {store.root}"):
        Store(store.root, "importer")
    assert not store.root.exists()
