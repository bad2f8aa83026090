"""The server as `serve.py` runs it, with an ear on its event loop: `python -m bench.insights.server STORE PORT DELAYS`.

At SIGUSR1 it writes how late the loop was since the last time, in ms, into the file DELAYS.
"""

import asyncio
import json
import signal
import sys
from pathlib import Path

from serve import run
from songswap.config import App, Config, Server, Spotify
from songswap.entry import listen
from songswap.store import Store, hold

LOOK_EVERY_S = 0.005


async def watch(delays: Path) -> None:
    """Sleep a little, again and again, and note by how much each sleep was too long."""
    loop = asyncio.get_running_loop()
    late_ms: list[float] = []

    def tell() -> None:
        fresh = delays.with_suffix(".tmp")
        fresh.write_text(json.dumps(late_ms))
        fresh.replace(delays)
        late_ms.clear()

    loop.add_signal_handler(signal.SIGUSR1, tell)
    while True:
        began_s = loop.time()
        await asyncio.sleep(LOOK_EVERY_S)
        late_ms.append((loop.time() - began_s - LOOK_EVERY_S) * 1000)


async def serve(root: Path, port: int, delays: Path) -> None:
    """Until SIGTERM."""
    config = Config(Spotify((App("default", "an-app"),)), Server(port=port))
    store = Store(root, "server")
    with hold(store.root, "server"), listen("127.0.0.1", port) as listener:
        watching = asyncio.create_task(watch(delays))
        await run(config, store, listener)
        watching.cancel()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
