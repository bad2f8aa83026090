"""Looks after the disk for as long as a process runs: notices that it is full, and that there is room again."""

import asyncio
from contextlib import suppress

from songswap.store.errors import StoreError
from songswap.store.reserve import Reserve
from songswap.store.store import Store

EVERY_S = 5.0


async def watch_disk(store: Store) -> None:
    """Until cancelled. What could not be written is written once it can be."""
    reserve = Reserve(store.root)
    while True:
        if store.trouble:
            store.catch_up()
        else:
            with suppress(StoreError):  # from now on it is `trouble`
                await asyncio.to_thread(store.probe)
        if not store.trouble:
            await asyncio.to_thread(reserve.fill)
        await asyncio.sleep(EVERY_S)
