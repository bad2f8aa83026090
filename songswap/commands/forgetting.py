"""python -m songswap forget: somebody's listening history is deleted, all of it or one source's."""

import argparse

from songswap.columns.forget import forget
from songswap.commands.account import Commands, known
from songswap.core.history.recordings import SOURCES
from songswap.store import Store


def add_to(commands: Commands, where: argparse.ArgumentParser) -> None:
    """Add the command to those there are."""
    parser = commands.add_parser("forget", parents=[where], help="delete listening history")
    parser.add_argument("--account", required=True, metavar="ID")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--source", choices=SOURCES, help="what one source told of")
    what.add_argument("--everything", action="store_true")
    parser.set_defaults(command=run)


def run(store: Store, options: argparse.Namespace) -> int:
    """Delete it. Raises what `commands.main` knows how to tell."""
    forget(store, known(store, options.account), options.source)
    return 0
