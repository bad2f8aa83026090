"""What is written is there at once, and on the disk a moment later, without the one who wrote it waiting for that."""

import asyncio
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from songswap.store import Behind, Store, StoreError
from tests.store.disks import Disk
from tests.store.notes import DIARY, NOTE, Note


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    found = Disk()
    monkeypatch.setattr(os, "fsync", found.fsync)
    return found


@pytest.fixture
def behind(tmp_path: Path, disk: Disk) -> Iterator[Store]:
    """A store whose disk is flushed by another thread."""
    with Behind() as syncing:
        store = Store(tmp_path / "store", "server", syncing=syncing)
        store.recover()
        yield store
        disk.takes.set()


async def test_what_is_written_can_be_read_while_the_disk_has_not_taken_it(behind: Store, disk: Disk) -> None:
    disk.takes.clear()
    receipts = [behind.write(NOTE, Note("one"), "a"), behind.append(DIARY, Note("row"), "a")]
    assert Store(behind.root, "worker").read(NOTE, "a") == Note("one")
    assert list(behind.rows(DIARY, "a")) == [Note("row")]
    assert not any(receipt.is_down for receipt in receipts)
    disk.takes.set()
    for receipt in receipts:
        await receipt.down()
    assert disk.flushed_here == 0


async def test_many_writes_of_one_document_are_flushed_together(behind: Store, disk: Disk) -> None:
    await behind.write(NOTE, Note("first"), "a").down()
    disk.takes.clear()
    receipts = [behind.write(NOTE, Note(number=number), "a") for number in range(50)]
    disk.takes.set()
    before = disk.flushed
    for receipt in receipts:
        await receipt.down()
    assert disk.flushed - before <= 6
    assert behind.read(NOTE, "a") == Note(number=49)


async def test_a_document_the_disk_refuses_is_as_it_was(behind: Store, disk: Disk) -> None:
    await behind.write(NOTE, Note("old"), "a").down()
    disk.takes.clear()
    disk.fault = errno.EIO
    receipts = [behind.write(NOTE, Note(text), names) for text, names in (("new", "a"), ("newer", "a"), ("new", "b"))]
    disk.takes.set()
    for receipt in receipts:
        with pytest.raises(StoreError, match="Input/output error"):
            await receipt.down()
    assert behind.read(NOTE, "a") == Note("old")
    assert behind.read(NOTE, "b") is None
    assert behind.trouble == "Input/output error"


async def test_a_row_the_disk_refuses_is_gone_with_those_after_it(behind: Store, disk: Disk) -> None:
    await behind.append(DIARY, Note("kept"), "a").down()
    disk.takes.clear()
    disk.fault = errno.EIO
    receipts = [behind.append(DIARY, Note(text), "a") for text in ("refused", "refused as well")]
    disk.takes.set()
    for receipt in receipts:
        with pytest.raises(StoreError):
            await receipt.down()
    assert list(behind.rows(DIARY, "a")) == [Note("kept")]
    disk.fault = None
    await behind.append(DIARY, Note("next"), "a").down()
    assert list(behind.rows(DIARY, "a")) == [Note("kept"), Note("next")]


def test_a_row_the_disk_refuses_at_once_is_not_there_either(store: Store, disk: Disk) -> None:
    store.append(DIARY, Note("kept"), "a")
    disk.fault = errno.ENOSPC
    with pytest.raises(StoreError, match="No space left"):
        store.append(DIARY, Note("refused"), "a")
    assert list(store.rows(DIARY, "a")) == [Note("kept")]


async def test_a_power_cut_before_the_new_document_is_down_brings_the_old_one_back(behind: Store, disk: Disk) -> None:
    for name in ("torn", "whole"):
        await behind.write(NOTE, Note("old"), name).down()
    disk.takes.clear()
    for name in ("torn", "whole"):
        behind.write(NOTE, Note("new"), name)
    (behind.root / "notes/torn/note.json").write_bytes(b"")  # its rename was on the disk before what it holds
    after = Store(behind.root, "server")
    after.recover()
    assert after.read(NOTE, "torn") == Note("old")
    assert after.read(NOTE, "whole") == Note("new")
    assert not [path for path in (behind.root / "trash").rglob("*") if path.is_file()]


async def test_a_slow_disk_holds_nobody_up(behind: Store, disk: Disk) -> None:
    disk.takes.clear()
    waiting = [asyncio.ensure_future(behind.write(NOTE, Note(number=n), str(n)).down()) for n in range(20)]
    await asyncio.sleep(0)
    assert not any(one.done() for one in waiting)  # and yet we are here
    disk.takes.set()
    await asyncio.gather(*waiting)
