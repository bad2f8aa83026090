"""python -m songswap catalogue load|query|dump|reset: the songs with audio features that lists are made of."""

import argparse
import gc
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Final

import msgspec

from songswap.catalogue import query
from songswap.catalogue.catalogue import Catalogue
from songswap.catalogue.loading import MOST_PROBLEMS, Loading, StoppedError, reset
from songswap.catalogue.query import SongFilter
from songswap.catalogue.reading import UnfitFileError
from songswap.catalogue.report import Progress
from songswap.catalogue.schema import CatalogueManifest, Tally
from songswap.columns.report import STOPPED
from songswap.commands.account import Commands
from songswap.core.discovery.audio_attributes import ATTRIBUTES, AttributeName, checked, told
from songswap.store import Store, StoreError

BETWEEN_S: Final = 0.1
"""Between two reports of progress."""
MB: Final = 1_000_000
USUAL_ROWS: Final = 20


def add_to(commands: Commands, where: argparse.ArgumentParser) -> None:
    """Add the commands to those there are."""
    parser = commands.add_parser("catalogue", help="songs with audio features: load, query, dump, reset")
    parts = parser.add_subparsers(required=True, metavar="COMMAND")
    load = parts.add_parser(
        "load",
        parents=[where],
        help="take a CSV file instead of what is there",
        description="Columns are known by their common names, whatever their order. The catalogue is replaced when all "
        "is read; until then, and if anything goes wrong, it stays as it is.",
    )
    load.add_argument("file", type=Path, metavar="FILE")
    load.add_argument("--called", default="", metavar="NAME", help="what the file is called")
    load.add_argument("--report", action="store_true", help="tell another program, in JSON lines")
    load.set_defaults(command=run_load)
    ask = parts.add_parser("query", parents=[where, _filters()], help="look songs up")
    ask.add_argument("--like", metavar="ID", help="the songs nearest to this track of Spotify’s, instead")
    ask.add_argument("--limit", type=int, default=USUAL_ROWS, metavar="N")
    ask.add_argument("--start", type=int, default=0, metavar="N", help="pass over so many")
    ask.set_defaults(command=run_query)
    dump = parts.add_parser("dump", parents=[where, _filters()], help="write songs as a CSV file that can be loaded")
    dump.add_argument("-o", "--output", type=Path, metavar="FILE", help="instead of standard output")
    dump.set_defaults(command=run_dump)
    parts.add_parser("reset", parents=[where], help="remove the catalogue").set_defaults(command=run_reset)


def _filters() -> argparse.ArgumentParser:
    filters = argparse.ArgumentParser(add_help=False)
    filters.add_argument("--text", default="", metavar="WORDS", help="words in title or artist")
    filters.add_argument("--artist", default="", metavar="NAME")
    filters.add_argument("--genre", default="", metavar="NAME")
    filters.add_argument("--min", action="append", default=[], metavar="ATTRIBUTE=N", help="energy=0.5")
    filters.add_argument("--max", action="append", default=[], metavar="ATTRIBUTE=N")
    filters.add_argument("--every-id", action="store_true", help="also further ids of the same song")
    return filters


def run_load(store: Store, options: argparse.Namespace) -> int:
    """Load; the last line is the account of all rows. Raises StoreError and what else `commands.main` tells."""
    loading = Loading(store.root)

    def stop(_number: int, _frame: FrameType | None) -> None:
        loading.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    say = _teller(report=options.report)
    gc.disable()  # millions of cells, none of which knows another: looking for circles took a third of the time
    try:
        made = loading.run(options.file, called=options.called, now_ms=time.time() * 1000, progress=say)
    except StoppedError:
        print("Stopped. The catalogue is what it was.", file=sys.stderr)
        return STOPPED
    except UnfitFileError as error:
        if options.report:
            print(msgspec.json.encode(Progress(error=str(error))).decode(), flush=True)
        raise
    finally:
        gc.enable()
    if not options.report:
        _conclude(made)
    return 0


def _teller(*, report: bool) -> Callable[[int, int, Tally], None]:
    """Tells of progress now and then: in JSON lines if it shall `report`, else to people who look on."""
    said_at_s = 0.0

    def say(read: int, size: int, tally: Tally) -> None:
        nonlocal said_at_s
        if time.monotonic() - said_at_s < BETWEEN_S and read < size:
            return
        said_at_s = time.monotonic()
        if report:
            print(msgspec.json.encode(Progress(read, size, tally)).decode(), flush=True)
        elif sys.stderr.isatty():
            share = round(100 * read / size) if size else 100
            words = f"{share} % of {size / MB:.0f} MB, {tally.total:,} rows"
            print(f"\r\033[K{words}", end="", file=sys.stderr, flush=True)

    return say


def _conclude(made: CatalogueManifest) -> None:
    tally = made.tally
    if sys.stderr.isatty():
        print(file=sys.stderr)
    for problem in tally.problems:
        print(problem, file=sys.stderr)
    if tally.unreadable > MOST_PROBLEMS:
        print(f"… and {tally.unreadable - MOST_PROBLEMS:,} more that can't be used", file=sys.stderr)
    print(f"{made.songs:,} songs, read as {made.encoding}, with {', '.join(made.attributes)}")
    missing = [name for name in ATTRIBUTES if name not in made.attributes]
    if missing:
        print(f"without {', '.join(missing)}: the file has no such column")
    if made.unused:
        print(f"not used: {', '.join(made.unused)}")
    print(f"kept {tally.kept} duplicates {tally.duplicates} unreadable {tally.unreadable} total {tally.total}")


def run_query(store: Store, options: argparse.Namespace) -> int:
    """Print songs, one a line. Raises StoreError and what else `commands.main` tells."""
    catalogue = Catalogue(store.root)
    if not 0 < options.limit <= query.MOST_ASKED or options.start < 0:
        raise StoreError(f"--limit is from 1 to {query.MOST_ASKED}, --start from 0 on")
    if options.like:
        shelf = catalogue.answer(lambda _, shelf: shelf)
        row = shelf.row_of(options.like)
        if row is None:
            raise StoreError(f"the catalogue has no track {options.like}")
        items, last = [shelf.entry(one) for one, _ in shelf.nearest(row, options.limit)], ""
    else:
        wanted = _wanted(options)
        found = catalogue.answer(lambda cursor, shelf: query.find(cursor, shelf, wanted, options.limit, options.start))
        items, last = list(found.items), f"{len(found.items)} of {found.total}"
    for entry in items:
        features = ", ".join(told(name, value) for name, value in entry.features.items())
        print(f"{entry.id}  {', '.join(entry.artists)} – {entry.title}  ({features})")
    if last:
        print(last)
    return 0


def run_dump(store: Store, options: argparse.Namespace) -> int:
    """Write songs as CSV. Raises StoreError and what else `commands.main` tells."""
    wanted = _wanted(options)
    try:
        output = sys.stdout.buffer if options.output is None else options.output.open("xb")
    except OSError as error:  # nothing of the operator's is written over
        raise StoreError(f"{options.output} can't be written: {error.strerror}") from error

    def write(pieces: Iterator[bytes]) -> None:
        output.writelines(pieces)
        output.flush()

    try:
        Catalogue(store.root).answer(lambda cursor, shelf: write(query.dump(cursor, shelf, wanted)))
    finally:
        if options.output is not None:
            output.close()
    return 0


def run_reset(store: Store, _options: argparse.Namespace) -> int:
    """Remove the catalogue. Raises StoreError and what else `commands.main` tells."""
    print("The catalogue is removed." if reset(store.root) else "There was no catalogue.")
    return 0


def _wanted(options: argparse.Namespace) -> SongFilter:
    """Which songs are meant. Raises StoreError for a range that is none."""
    least, most = _bounds(options.min), _bounds(options.max)
    return SongFilter(
        options.text,
        options.artist,
        options.genre,
        {
            name: (least.get(name, ATTRIBUTES[name].least), most.get(name, ATTRIBUTES[name].most))
            for name in {**least, **most}
        },
        options.every_id,
    )


def _bounds(texts: list[str]) -> dict[AttributeName, float]:
    try:
        return checked({name.strip(): float(value) for name, _, value in (text.partition("=") for text in texts)})
    except ValueError as error:
        raise StoreError(f"--min and --max are given as energy=0.5: {error}") from error
