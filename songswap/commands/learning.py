"""python -m songswap learn: learn between whom of a group to guess. The worker has it done when it is wanted."""

import argparse
import sys
import time

import msgspec

from songswap.commands.account import Commands
from songswap.documents import PICKS
from songswap.learning.learn import learn_pick
from songswap.model.guessing import Picks
from songswap.store import Store, StoreError


def add_to(commands: Commands, where: argparse.ArgumentParser) -> None:
    """Add the command to those there are."""
    parser = commands.add_parser(
        "learn",
        parents=[where],
        help="learn whose song it is, or whose words, between people of a group",
        description="Writes what was learnt of a pick of people as a line of JSON, or nothing if that would be what "
        "is known already. The worker has this done by itself.",
    )
    parser.add_argument("--group", required=True, metavar="ID")
    parser.add_argument("--pick", required=True, metavar="ID")
    parser.set_defaults(command=run)


def run(store: Store, options: argparse.Namespace) -> int:
    """Learn it. Raises StoreError and what else `commands.main` tells."""
    picks = store.read(PICKS, options.group) or Picks()
    pick = next((one for one in picks.items if one.id == options.pick), None)
    if pick is None:
        raise StoreError(f"group {options.group} has no pick {options.pick}")
    try:
        taught = learn_pick(store, options.group, pick, time.time() * 1000)
    except OSError as error:
        raise StoreError(f"the catalogue can't be read: {error}") from error
    if taught is not None:
        sys.stdout.buffer.write(msgspec.json.encode(taught) + b"\n")
        sys.stdout.buffer.flush()
    return 0
