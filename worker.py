"""The worker: keeps sessions in time and accounts usable, over the store that the server shares.

python worker.py [--config FILE]
"""

import asyncio
import logging
import signal
import sys

from songswap.clock import Clock
from songswap.config import Config
from songswap.documents import KINDS
from songswap.entry import arguments, open_store, read_config
from songswap.jobs.kit.spotify_accounts import Means
from songswap.jobs.worker import work
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from songswap.spotify.oauth import OAuth
from songswap.spotify.transport import open_http
from songswap.store import Behind, HeldError, Store, StoreError, follow, hold
from songswap.store.sweeping import sweep
from songswap.vault import open_vault
from songswap.youtube import YouTubeClient

logger = logging.getLogger("songswap.worker")

GRACE_S = 2.0
"""For calls under way to end after SIGTERM; the promise is 3 s in all."""


async def run(config: Config, store: Store, clock: Clock) -> None:
    """Work until SIGINT or SIGTERM."""
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with open_http() as http:
        gate = Gate(store, clock, config.spotify.daily_calls)
        client = Client(http, config.spotify.api_url, gate, clock)
        oauth = OAuth(http, config.spotify.accounts_url, config.server.redirect_uri, gate, clock)
        vault = open_vault(config.server.secret_key, store.root)
        youtube = (
            YouTubeClient(http, config.youtube.api_url, config.youtube.api_key) if config.youtube.api_key else None
        )
        means = Means(config, store, vault, client, oauth, gate, clock, youtube=youtube)
        tasks = {
            asyncio.create_task(work(means)),
            asyncio.create_task(follow(store)),
            asyncio.create_task(stopping.wait()),
        }
        logger.info("worker started on the store %s", store.root)
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=GRACE_S)
        for task in ended:
            task.result()
    logger.info("worker stopped")


def main(argv: list[str]) -> int:
    """The process; returns its exit code."""
    options = arguments("worker.py", "Keeps sessions in time and accounts usable.").parse_args(argv)
    config = read_config(options.config)
    if config is None:
        return 2
    try:
        with Behind() as syncing:
            clock = Clock()
            store = open_store(config, "worker", syncing, clock)
            with hold(store.root, "worker"):
                store.recover()
                sweep(store.root, "worker", KINDS)
                asyncio.run(run(config, store, clock))
    except (HeldError, StoreError) as error:
        logger.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
