"""What an operator does on the command line: listening history in and out, what is derived anew, the catalogue."""

import argparse
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from songswap import logs
from songswap.catalogue.catalogue import NoCatalogueError
from songswap.catalogue.reading import UnfitFileError as UnfitTableError
from songswap.columns.archives import UnfitArchiveError
from songswap.columns.report import BUSY, UNFIT
from songswap.commands import cataloguing, exporting, forgetting, importing, learning, listing, making
from songswap.commands.account import UnknownAccountError
from songswap.entry import PRIVATE, read_config
from songswap.store import HeldError, Store, StoreError, UnfitNameError

logger = logging.getLogger(__name__)

Command = Callable[[Store, argparse.Namespace], int]
PROGRAM = "python -m songswap"
GENTLY = 10
"""So much nicer than others is who works gently."""


def main(argv: list[str]) -> int:
    """The process; returns its exit code."""
    options = _parser().parse_args(argv)
    root = _root(options)
    if root is None:
        return 2
    os.umask(PRIVATE)
    if options.gently:
        os.nice(GENTLY)
    command: Command = options.command
    try:
        return command(Store(root, "importer"), options)
    except HeldError as error:
        print(error, file=sys.stderr)
        return BUSY
    except (UnfitArchiveError, UnfitTableError) as error:
        print(error, file=sys.stderr)
        return UNFIT
    except (StoreError, UnfitNameError, UnknownAccountError, NoCatalogueError) as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read along has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _parser() -> argparse.ArgumentParser:
    where = argparse.ArgumentParser(add_help=False)
    place = where.add_mutually_exclusive_group()
    place.add_argument("--config", type=Path, default=Path("config.ini"), metavar="FILE")
    place.add_argument("--store", type=Path, metavar="FOLDER", help="the store's folder, instead of a configuration")
    where.add_argument("--gently", action="store_true", help="let everything else on this machine go first")
    parser = argparse.ArgumentParser(
        PROGRAM, description="Brings listening history in, and takes it out; keeps the catalogue of audio features."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for module in (importing, exporting, forgetting, making, listing, cataloguing, learning):
        module.add_to(commands, where)
    return parser


def _root(options: argparse.Namespace) -> Path | None:
    """The store's folder; None after all problems of the configuration were printed."""
    if options.store is not None:
        logs.set_up("info")
        root: Path = options.store
        return root
    config = read_config(options.config)
    return config.store.path if config else None
