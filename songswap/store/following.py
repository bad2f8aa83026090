"""Hearing of what other processes change: by events of the file system, or by looking where it has none."""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final

from watchfiles import awatch

from songswap.store.changes import Changes
from songswap.store.errors import StoreError, StoreGoneError
from songswap.store.files import LAST_GOOD, UNFINISHED
from songswap.store.store import Store

logger = logging.getLogger(__name__)

Watch = Callable[..., AsyncIterator[set[tuple[Any, str]]]]
"""As `watchfiles.awatch`."""

SHARED: Final = ("nfs", "cifs", "smb", "9p", "fuse.", "ceph", "lustre", "afs", "virtiofs", "vboxsf", "prl_fs", "drvfs")
"""How the names of file systems begin that tell nobody what another machine changes."""
MOUNTS: Final = Path("/proc/self/mounts")
PROBE_S: Final = 2.0
"""Within which our own change must be heard of; it takes some milliseconds."""
PROBE_EVERY_S: Final = 0.1
POLL_MS: Final = 500
HOME_S: Final = 1.0
"""Between two looks at whether the store is still where it was."""


async def follow(store: Store) -> None:
    """Pass on what other processes change in `store`, until cancelled.

    Raises StoreError; StoreGoneError when the store is not where it was.
    """
    tasks = [asyncio.create_task(one) for one in (follow_disk(store.root, store.changes), _stay(store))]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def follow_disk(root: Path, changes: Changes, watch: Watch = awatch) -> None:
    """Pass on what other processes change below `root` (a store's own `root`), until cancelled. Raises StoreError.

    Where the file system has no events of changes, it is looked at again and again; `changes.polls` is true then.
    """
    shared = shared_kind(root)
    if shared is None and not await _by_events(root, changes, watch):
        shared = "this file system"
    logger.warning(
        "%s does not tell of all changes, so the store is looked at every %d ms: slower, and more work", shared, POLL_MS
    )
    changes.polls = True
    changes.wake_all()  # who waits may have missed something
    await _pass_on(
        watch(root, watch_filter=None, step=5, debounce=50, force_polling=True, poll_delay_ms=POLL_MS), root, changes
    )


async def _by_events(root: Path, changes: Changes, watch: Watch) -> bool:
    """Pass on what events tell, until cancelled; False at once if they don't tell of our own change."""
    heard = asyncio.Event()
    probe = root / f"following.{os.getpid()}{UNFINISHED}"
    # step and debounce in ms: 9 ms from write to wake-up at 1.4 % of a core
    events = watch(root, watch_filter=None, step=5, debounce=50)
    following = asyncio.create_task(_pass_on(events, root, changes, {str(probe): heard.set}))
    try:
        if not await _is_heard(probe, heard, following):
            return False
        await following
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
    return True


async def _is_heard(probe: Path, heard: asyncio.Event, following: asyncio.Task[None]) -> bool:
    """Whether a change of ours is heard of; also when none can be made, as on a full disk."""
    listening = asyncio.create_task(heard.wait())
    try:
        for _ in range(round(PROBE_S / PROBE_EVERY_S)):  # again, as nobody tells when the watching begins
            if not _touch(probe):
                return True
            ended, _ = await asyncio.wait(
                {listening, following}, timeout=PROBE_EVERY_S, return_when=asyncio.FIRST_COMPLETED
            )
            if ended:
                return True
        return False
    finally:
        listening.cancel()


def _touch(probe: Path) -> bool:
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError:
        return False
    return True


async def _pass_on(
    events: AsyncIterator[set[tuple[Any, str]]],
    root: Path,
    changes: Changes,
    expected: dict[str, Callable[[], None]] | None = None,
) -> None:
    try:
        async for batch in events:
            for _, name in batch:
                if expected and name in expected:
                    expected[name]()
                elif not name.endswith((UNFINISHED, LAST_GOOD)):
                    changes.notify(Path(name).relative_to(root).as_posix())
    except OSError as error:  # above all the system's limit of watches
        raise StoreError(f"changes below {root} can't be followed: {error}") from error


async def _stay(store: Store) -> None:
    """Look whether the store is where it was, until it is not. Raises StoreGoneError."""
    while True:
        try:
            store.check()
        except StoreGoneError:
            raise
        except StoreError as error:
            logger.error("whether the store is still there can't be told: %s", error)
        await asyncio.sleep(HOME_S)


def shared_kind(root: Path) -> str | None:
    """The kind of file system `root` is on, if it is one that other machines change as well."""
    place, best, kind = str(root), "", ""
    with contextlib.suppress(OSError):
        for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
            _, mount, its_kind, *_ = line.split(" ")
            mount = mount.replace("\\040", " ")
            if (place == mount or place.startswith(mount.rstrip("/") + "/")) and len(mount) >= len(best):
                best, kind = mount, its_kind
    return kind if kind.startswith(SHARED) else None
