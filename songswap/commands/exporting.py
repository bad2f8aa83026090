"""python -m songswap export: somebody's listening history as a file."""

import argparse
import sys
from pathlib import Path
from typing import get_args

from songswap.columns.exporter import export
from songswap.commands.account import Commands, known
from songswap.core.history.formats.exports import Form
from songswap.store import Store, StoreError


def add_to(commands: Commands, where: argparse.ArgumentParser) -> None:
    """Add the command to those there are."""
    parser = commands.add_parser(
        "export",
        parents=[where],
        help="take listening history out",
        description="Writes every row of every source; importing it again gives the same history.",
    )
    parser.add_argument("--account", required=True, metavar="ID")
    parser.add_argument("--format", choices=get_args(Form), default="jsonl", dest="form")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="instead of standard output")
    parser.set_defaults(command=run)


def run(store: Store, options: argparse.Namespace) -> int:
    """Export. Raises StoreError and what else `commands.main` tells."""
    pieces = export(store.root, known(store, options.account), options.form)
    if options.output is None:
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.buffer.flush()
        return 0
    try:
        with options.output.open("xb") as output:  # nothing of the operator's is written over
            output.writelines(pieces)
    except OSError as error:
        raise StoreError(f"{options.output} can't be written: {error.strerror}") from error
    return 0
