"""Who hears of which change."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from watchfiles import awatch

from songswap.store import Changes, Store, Subscription, follow_disk, following
from songswap.store.changes import LOOK_AGAIN_S
from tests.store.notes import DIARY, NOTE, Note, start, write_when_told

SOON_S = 10
"""Far more than a wake-up takes; without one the tests below would wait for ever."""


@pytest.fixture
async def follower(store: Store) -> AsyncIterator[Changes]:
    """Changes of the store as a process hears of them that writes nothing itself."""
    changes = Changes()
    following = asyncio.create_task(follow_disk(store.root, changes))
    yield changes
    following.cancel()
    await asyncio.wait([following])


@pytest.fixture
def other_process(store: Store) -> Iterator[Connection]:
    """Takes names of notes that another process shall write."""
    process, tell = start(write_when_told, store.root)
    yield tell
    tell.send("")
    process.join()


@contextmanager
def woken(subscription: Subscription) -> Iterator[asyncio.Task[None]]:
    """A wait that is under way while the block runs."""
    waiting = asyncio.create_task(subscription.wait())
    yield waiting
    waiting.cancel()


async def test_a_write_wakes_those_it_concerns(store: Store) -> None:
    with store.changes.subscribe("notes/a/") as of_a, store.changes.subscribe("notes/b/", "diary/") as of_b:
        store.write(NOTE, Note(), "a")
        await of_a.wait()
        with woken(of_b) as waiting:
            await asyncio.sleep(0)
            assert not waiting.done()
        store.append(DIARY, Note(), "x")
        await of_b.wait()


async def test_a_removal_wakes_those_below(store: Store) -> None:
    store.write(NOTE, Note(), "a")
    with store.changes.subscribe("notes/a/note.json") as subscription:
        store.remove("notes/{}", "a")
        await subscription.wait()


async def test_many_changes_are_one_wake_up(store: Store) -> None:
    with store.changes.subscribe("notes/") as subscription:
        for _ in range(5):
            store.write(NOTE, Note(), "a")
        await subscription.wait()
        with woken(subscription) as waiting:
            await asyncio.sleep(0)
            assert not waiting.done()


async def test_a_change_before_the_wait_is_not_missed_and_after_the_block_not_heard(store: Store) -> None:
    with store.changes.subscribe("") as subscription:
        store.write(NOTE, Note(), "a")
        await subscription.wait()
    store.write(NOTE, Note(), "a")
    with woken(subscription) as waiting:
        await asyncio.sleep(0)
        assert not waiting.done()


async def test_all_can_be_woken(store: Store) -> None:
    with store.changes.subscribe("notes/a/") as one, store.changes.subscribe("nowhere/") as other:
        store.changes.wake_all()
        await one.wait()
        await other.wait()


async def test_another_process_wakes_us(store: Store, follower: Changes, other_process: Connection) -> None:
    store.write(NOTE, Note(), "a")
    with follower.subscribe("notes/a/") as subscription:
        for _ in range(20):
            await heard(subscription, other_process, "a")


async def test_another_process_wakes_us_from_folders_it_makes(
    store: Store, follower: Changes, other_process: Connection
) -> None:
    for name in ("a", "b", "c"):
        with follower.subscribe(f"notes/{name}/note.json") as subscription:
            await heard(subscription, other_process, name)


async def heard(subscription: Subscription, other_process: Connection, name: str) -> None:
    """Let the other process write the note `name`; returns when `subscription` has heard of it."""
    other_process.send(name)
    async with asyncio.timeout(SOON_S):
        await subscription.wait()


# Where nobody tells of changes


async def silent(root: Path, *, force_polling: bool = False, **options: Any) -> AsyncIterator[set[tuple[Any, str]]]:
    """`awatch` as it is on a file system without events: it only hears of anything by looking."""
    if not force_polling:
        await asyncio.Event().wait()
    async for batch in awatch(root, force_polling=force_polling, **options):
        yield batch


async def test_where_no_events_come_the_store_is_looked_at_again_and_again(
    store: Store, other_process: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    changes = Changes()
    following_it = asyncio.create_task(follow_disk(store.root, changes, silent))
    with changes.subscribe("") as subscription:
        async with asyncio.timeout(SOON_S * 3):
            while not changes.polls:
                await subscription.wait(SOON_S)  # waiting ends when it is known
    assert "does not tell of all changes" in caplog.text
    store.write(NOTE, Note(), "a")
    with changes.subscribe("notes/a/") as subscription:
        other_process.send("a")
        async with asyncio.timeout(SOON_S * 3):
            await subscription.wait(1_000)
    following_it.cancel()
    await asyncio.wait([following_it])


async def test_where_events_come_nothing_is_polled(store: Store, follower: Changes, other_process: Connection) -> None:
    store.write(NOTE, Note(), "a")
    with follower.subscribe("notes/a/") as subscription:
        for _ in range(5):
            await heard(subscription, other_process, "a")
    assert not follower.polls
    assert not list(store.root.glob("following.*"))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("server:/export {} nfs4 rw 0 0", "nfs4"),
        ("//nas/share {} cifs rw 0 0", "cifs"),
        ("host {} 9p rw 0 0", "9p"),
        ("/dev/sda1 {} ext4 rw 0 0", None),
        ("server:/export {}/elsewhere nfs rw 0 0", None),
    ],
)
def test_file_systems_that_other_machines_change_as_well_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, kind: str | None
) -> None:
    mounts = tmp_path / "mounts"
    place = tmp_path / "my store"
    mounts.write_text("overlay / overlay rw 0 0\n" + line.format(str(place).replace(" ", "\\040")) + "\n")
    monkeypatch.setattr(following, "MOUNTS", mounts)
    assert following.shared_kind(place / "store") == kind


@pytest.mark.virtual_time
async def test_every_wait_has_an_end() -> None:
    loop = asyncio.get_running_loop()
    with Changes().subscribe("nowhere/") as one, Changes().subscribe("nowhere/") as other:
        ends = []
        for subscription in (one, other):
            await subscription.wait()
            ends.append(loop.time())
    assert LOOK_AGAIN_S * 0.7 < ends[0] < LOOK_AGAIN_S * 1.3
    assert ends[1] - ends[0] != ends[0], "all look again at once"


async def test_those_who_want_one_kind_of_file_are_asked_for_no_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    cares_for = Subscription.cares_for
    monkeypatch.setattr(Subscription, "cares_for", lambda self, path: asked.append(path) or cares_for(self, path))
    heard: list[str] = []
    with (
        store.changes.subscribe("notes/", endings=("/note.json",), on_change=heard.append),
        store.changes.subscribe("notes/a/", on_change=heard.append),
    ):
        store.append(DIARY, Note(), "x")
        assert asked == []
        store.write(NOTE, Note(), "b")
        store.write(NOTE, Note(), "a")
        assert heard == ["notes/b/note.json", *["notes/a/note.json"] * 2]
        store.remove("notes/{}", "b")
        assert heard[-1] == "notes/b"


async def test_all_documents_of_a_kind_are_read_once_and_then_as_they_change(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        store.write(NOTE, Note(text=f"even{number % 2}", number=number), f"n{number}")
    assert [name for name, _ in store.all_of(NOTE).where(_texts, "even0")] == ["n0", "n2", "n4"]
    reads: list[tuple[str, ...]] = []
    read = store.read
    monkeypatch.setattr(store, "read", lambda document, *names: reads.append(names) or read(document, *names))
    store.write(NOTE, Note(text="even1"), "n2")
    store.remove("notes/{}", "n4")
    assert [name for name, _ in store.all_of(NOTE).where(_texts, "even0")] == ["n0"]
    assert [name for name, _ in store.all_of(NOTE).where(_texts, "even1")] == ["n1", "n2", "n3"]
    assert sorted(reads) == [("n2",), ("n4",)]


async def test_one_document_that_can_not_be_read_takes_nothing_from_the_others(store: Store) -> None:
    store.write(NOTE, Note(text="a"), "good")
    (store.root / "notes" / "bad").mkdir()
    (store.root / "notes" / "bad" / "note.json").write_text('{"version": 99, "data": {}}')
    assert [name for name, _ in store.all_of(NOTE).where(_texts, "a")] == ["good"]
    assert set(store.all_of(NOTE).by_name()) == {"good"}


def _texts(note: Note) -> tuple[str, ...]:
    return (note.text,)
