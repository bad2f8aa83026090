"""python -m songswap list: the tracks that a playlist out of histories would hold."""

import argparse
import sys
import time
from zoneinfo import ZoneInfo

import msgspec

from songswap.columns.figures.lists import ask, question
from songswap.columns.query import Engine
from songswap.commands.account import Commands, known
from songswap.core.insights.periods import PeriodError, zone_of
from songswap.model.playlists import ListSource
from songswap.store import Store


def add_to(commands: Commands, where: argparse.ArgumentParser) -> None:
    """Add the command to those there are."""
    parser = commands.add_parser(
        "list",
        parents=[where],
        help="say what a playlist out of listening histories would hold",
        description="Writes one line of JSON: the tracks, best first, and how many Spotify has no id for.",
    )
    parser.add_argument("--account", required=True, action="append", metavar="ID", help="may be given several times")
    parser.add_argument("--source", required=True, type=_source, metavar="JSON", help='such as {"kind": "most_played"}')
    parser.add_argument("--zone", default="UTC", type=_zone_of, help="the time zone of days and months")
    parser.add_argument("--with-private", action="store_true", help="plays of private sessions too")
    parser.set_defaults(command=run)


def run(store: Store, options: argparse.Namespace) -> int:
    """List. Raises what `commands.main` knows how to tell."""
    accounts = [known(store, account) for account in options.account]
    asked = question(
        options.source, sorted(accounts), options.zone, time.time() * 1000, with_private=options.with_private
    )
    engine = Engine(store.root, spills=False)
    try:
        print(msgspec.json.encode(ask(engine, options.source, asked)).decode())
    finally:
        engine.close()
    sys.stdout.flush()
    return 0


def _source(text: str) -> ListSource:
    try:
        return msgspec.json.decode(text, type=ListSource)
    except msgspec.DecodeError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _zone_of(name: str) -> ZoneInfo:
    try:
        return zone_of(name)
    except PeriodError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
