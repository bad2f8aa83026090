"""python -m songswap import: files of listening history become part of somebody's."""

import argparse
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final

import msgspec

from songswap.columns.archives import UnfitArchiveError, look
from songswap.columns.build import build
from songswap.columns.importer import Importer, ImportStoppedError, ImportTally
from songswap.columns.report import MOST_PROBLEMS, STOPPED, BuildReport
from songswap.commands.account import Commands, known
from songswap.store import HeldError, Store, StoreError, hold

BETWEEN_S: Final = 0.1
"""Between two reports of progress."""
MB: Final = 1_000_000


def add_to(commands: Commands, where: argparse.ArgumentParser) -> None:
    """Add the command to those there are."""
    parser = commands.add_parser(
        "import",
        parents=[where],
        help="bring listening history in from files",
        description="Reads Spotify's extended history and account data, exports of ListenBrainz and Last.fm, and our "
        "own: single files, or the whole zip. It can be stopped and run again; nothing is there twice.",
    )
    parser.add_argument("--account", required=True, metavar="ID")
    parser.add_argument("--called", action="append", default=[], metavar="NAME", help="what each file is called")
    parser.add_argument("--report", action="store_true", help="tell another program, in JSON lines")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.set_defaults(command=run)


def run(store: Store, options: argparse.Namespace) -> int:
    """Import; the last line is the account of all rows. Raises what `commands.main` knows how to tell."""
    import_ = _Import(store, known(store, options.account), is_for_program=options.report)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, import_.stop)
    names = [*options.called, *(path.name for path in options.files[len(options.called) :])]
    try:
        return import_.run(list(zip(options.files, names, strict=False)))
    except (HeldError, StoreError, UnfitArchiveError) as error:
        if options.report:
            import_.say(error=str(error))
        raise


class _Import:
    """One run of the command."""

    def __init__(self, store: Store, account: str, *, is_for_program: bool) -> None:
        self._store = store
        self._account = account
        self._is_for_program = is_for_program
        self._is_stopped = False
        self._said_at_s = 0.0
        self._report = BuildReport()

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Stop at the next occasion."""
        self._is_stopped = True

    def run(self, files: list[tuple[Path, str]]) -> int:
        with hold(self._store.root, "importer"):
            there = look(files)
            self.say(size=there.size, others=there.others)
            try:
                # Nothing may hold the importer afterwards: what it remembers is more than the columns need.
                tally = Importer(self._store, self._account).run(there, self._read)
                self.say(read=there.size, tally=tally)
                build(self._store.root, self._account, thorough=True, progress=self._made)
            except ImportStoppedError:
                self.say()
                print("Stopped. What was kept stays; run it again to go on.", file=sys.stderr)
                return STOPPED
            finally:
                self._conclude(self._report.tally)
        return 0

    def say(self, **news: object) -> None:
        """Tell how far it is."""
        self._report = msgspec.structs.replace(self._report, **news)
        self._said_at_s = time.monotonic()
        if self._is_for_program:
            tally = msgspec.structs.replace(self._report.tally, problems=self._report.tally.problems[:MOST_PROBLEMS])
            print(msgspec.json.encode(msgspec.structs.replace(self._report, tally=tally)).decode(), flush=True)
        elif sys.stderr.isatty():
            print(f"\r\033[K{_words(self._report)}", end="", file=sys.stderr, flush=True)

    def _read(self, read: int, size: int, tally: ImportTally) -> None:
        self._told(BuildReport(read, size, tally=tally, others=self._report.others))

    def _made(self, made: int, years: int) -> None:
        self._told(msgspec.structs.replace(self._report, made=made, years=years))

    def _told(self, report: BuildReport) -> None:
        self._report = report
        if self._is_stopped:
            raise ImportStoppedError
        if time.monotonic() - self._said_at_s >= BETWEEN_S:
            self.say()

    def _conclude(self, tally: ImportTally) -> None:
        """The account of every row, with those that could not be read."""
        if self._is_for_program:
            return
        if sys.stderr.isatty():
            print(file=sys.stderr)
        for problem in tally.problems:
            place = f"{problem.file}, line {problem.line}" if problem.line else problem.file
            print(f"{place}: {problem.why}", file=sys.stderr)
        if tally.unreadable > len(tally.problems):
            print(f"… and {tally.unreadable - len(tally.problems)} more that can't be read", file=sys.stderr)
        print(
            f"kept {tally.kept} duplicates {tally.duplicates} podcasts {tally.podcasts} "
            f"unreadable {tally.unreadable} total {tally.total}"
        )


def _words(report: BuildReport) -> str:
    if report.years:
        return f"making the columns: {report.made} of {report.years} years"
    share = round(100 * report.read / report.size) if report.size else 100
    return f"{share} % of {report.size / MB:.0f} MB, {report.tally.total:,} rows"
