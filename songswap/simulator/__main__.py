"""`python -m songswap.simulator`: serve one world until SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys

from . import Profile, World, serve

log = logging.getLogger("songswap.simulator")


def main(arguments: list[str] | None = None) -> int:
    """Run the simulator; the exit code is 2 for an address that cannot be used."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(run(_world(options), options.host, options.port))
    except OSError as error:
        print(f"cannot listen on {options.host}:{options.port}: {error.strerror or error}", file=sys.stderr)
        return 2
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m songswap.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8898)
    parser.add_argument("--client-id", required=True)
    parser.add_argument("--client-secret")
    parser.add_argument("--redirect-uri", action="append", required=True, dest="redirect_uris")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--profile", choices=("instant", "typical", "slow", "flaky"), default="typical")
    return parser


def _world(options: argparse.Namespace) -> World:
    world = World(seed=options.seed, profile=Profile.named(options.profile))
    world.register_app(options.client_id, options.client_secret, options.redirect_uris)
    return world


async def run(world: World, host: str, port: int) -> None:
    """Serve a world until SIGINT or SIGTERM. Raises OSError if the address cannot be used."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serve(world, host, port) as base_url:
        log.info("Embedded Spotify on %s", base_url)
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
