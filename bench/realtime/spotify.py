"""python -m bench.realtime.spotify: the embedded Spotify of the measured nights, as a process of its own."""

import argparse
import asyncio
import sys

from bench.sync.people import BASE, seat
from songswap.simulator import World
from songswap.simulator.__main__ import run


def main(arguments: list[str]) -> int:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m bench.realtime.spotify", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--client-id", action="append", required=True, dest="client_ids")
    parser.add_argument("--redirect-uri", required=True)
    parser.add_argument("--seed", type=int, required=True)
    options = parser.parse_args(arguments)
    world = World(seed=options.seed, profile=BASE)
    seat(world, options.seed)
    for client_id in options.client_ids:
        world.register_app(client_id, None, [options.redirect_uri])
    asyncio.run(run(world, "127.0.0.1", options.port))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
