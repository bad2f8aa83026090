"""python -m songswap columns: make what is derived from listening history anew. The worker does so by itself."""

import argparse

from songswap.columns.build import build
from songswap.commands.account import Commands, known
from songswap.store import Store


def add_to(commands: Commands, where: argparse.ArgumentParser) -> None:
    """Add the command to those there are."""
    parser = commands.add_parser(
        "columns",
        parents=[where],
        help="bring what is derived from listening history up to date",
        description="Makes what is missing, broken or no longer up to date of the columns that figures are asked of. "
        "The worker does so by itself.",
    )
    parser.add_argument("--account", metavar="ID", help="of this person alone")
    parser.add_argument("--thorough", action="store_true", help="have all years know all that is known now")
    parser.set_defaults(command=run)


def run(store: Store, options: argparse.Namespace) -> int:
    """Make them. Raises what `commands.main` knows how to tell."""
    accounts = store.names("accounts") if options.account is None else [known(store, options.account)]
    for account in accounts:
        build(store.root, account, thorough=options.thorough)
    return 0
