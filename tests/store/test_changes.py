"""Who hears of which change."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

import pytest

from songswap.store import Changes, Store, Subscription, follow_disk
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
