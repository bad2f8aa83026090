"""The server: pages and JSON API over the store that the worker shares.

python serve.py [--config FILE] [--check | --demo]
"""

import asyncio
import contextlib
import logging
import signal
import socket
import sys

from songswap.clock import Clock
from songswap.config import Config
from songswap.documents import KINDS
from songswap.entry import ListenError, arguments, listen, open_store, read_config
from songswap.store import Behind, HeldError, Store, StoreError, follow, hold, watch_disk
from songswap.store.sweeping import sweep
from songswap.web.app import create_app
from songswap.web.kit.connections import Serving
from songswap.web.kit.services import EXTENSION

logger = logging.getLogger("songswap.serve")

GRACE_S = 1.5
"""For answers under way to end after SIGTERM; the promise is 3 s in all."""
LIMIT_S = 1.0
"""Beyond, for what has to be closed."""


async def run(config: Config, store: Store, clock: Clock, listener: socket.socket) -> None:
    """Serve on `listener` until SIGINT or SIGTERM. Raises StoreError."""
    app = create_app(config, store, clock)
    stopping: asyncio.Event = app.extensions[EXTENSION].stopping

    def stop() -> None:
        stopping.set()
        store.changes.wake_all()  # event streams have no end of their own

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    follower = asyncio.create_task(follow(store))
    watch = asyncio.create_task(watch_disk(store))
    server = asyncio.create_task(Serving(app).run(listener, stopping, GRACE_S))
    logger.info("server started on %s over the store %s", config.server.url, store.root)
    asked = asyncio.create_task(stopping.wait())
    await asyncio.wait({server, follower, asked}, return_when=asyncio.FIRST_COMPLETED)
    stop()
    await asyncio.wait({server}, timeout=GRACE_S + LIMIT_S)
    for task in (follower, server, asked, watch):
        task.cancel()
    ended, _ = await asyncio.wait({follower, server}, timeout=LIMIT_S)
    for task in ended:
        with contextlib.suppress(asyncio.CancelledError):
            task.result()
    logger.info("server stopped")


def main(argv: list[str]) -> int:
    """The process; returns its exit code."""
    parser = arguments("serve.py", "Serves SongSwap's pages and its JSON API.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="only say whether the configuration can be used")
    mode.add_argument("--demo", action="store_true", help="try everything out with an embedded Spotify")
    options = parser.parse_args(argv)
    if options.demo:
        from songswap.demo import demonstrate

        return demonstrate()
    config = read_config(options.config)
    if config is None:
        return 2
    if options.check:
        print(f"{options.config} is fine")
        return 0
    return _serve(config)


def _serve(config: Config) -> int:
    try:
        with Behind() as syncing:
            clock = Clock()
            store = open_store(config, "server", syncing, clock)
            with hold(store.root, "server"), listen(config.server.host, config.server.port) as listener:
                store.recover()
                sweep(store.root, "server", KINDS)
                store.empty_trash()
                asyncio.run(run(config, store, clock, listener))
    except ListenError as error:
        logger.error("%s. Choose another [server] port or host, or stop what uses this one.", error)
        return 1
    except (HeldError, StoreError) as error:
        logger.error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
