"""A worker's means without a Spotify, for jobs that need none."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from songswap.clock import Clock
from songswap.config import App, Config, Spotify
from songswap.documents import ACCOUNT as ACCOUNTS
from songswap.documents import Account
from songswap.jobs.kit.spotify_accounts import Means
from songswap.jobs.kit.subprocess_jobs import Beside, run_beside
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from songswap.spotify.oauth import OAuth
from songswap.spotify.transport import open_http
from songswap.store import Changes, Store, follow_disk
from songswap.vault import Vault

NOWHERE = "http://127.0.0.1:9"
PATIENCE_S = 60.0


@contextlib.asynccontextmanager
async def at_work(
    root: Path, job_of: Callable[[Means], Callable[[], Awaitable[None]]], beside: Beside = run_beside
) -> AsyncIterator[Means]:
    """The job runs, over a store that is followed as the worker follows it."""
    changes = Changes()
    store = Store(root, "worker", changes)
    config = Config(spotify=Spotify(apps=(App("default", "an-app"),), api_url=NOWHERE, accounts_url=NOWHERE))
    clock = Clock()
    async with open_http() as http:
        gate = Gate(store, clock)
        client, oauth = Client(http, NOWHERE, gate, clock), OAuth(http, NOWHERE, NOWHERE, gate, clock)
        vault = Vault("a secret that only this test knows")
        means = Means(config, store, vault, client, oauth, gate, clock, beside)
        tasks = [asyncio.ensure_future(job_of(means)()), asyncio.create_task(follow_disk(store.root, changes))]
        try:
            yield means
            assert not tasks[0].done(), "the job has ended by itself"
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def a_store(root: Path, *accounts: str) -> Store:
    """The server's store, with accounts of these names."""
    store = Store(root, "server")
    for name in accounts:
        store.write(ACCOUNTS, Account(name, name, name, name.title(), "default", 0.0), name)
    return store


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await asyncio.sleep(0.01)
