"""What a process that imports tells the one that has started it: lines of JSON, and an exit code."""

from typing import Final

from songswap.columns.importer import ImportTally
from songswap.model.struct import Struct

STOPPED: Final = 130
"""Exit code of what was stopped by a signal."""
UNFIT: Final = 65
"""Exit code for files that are no listening history [sysexits.h: EX_DATAERR]."""
BUSY: Final = 75
"""Exit code if somebody else is at it, and a later try may do [sysexits.h: EX_TEMPFAIL]."""
MOST_PROBLEMS: Final = 100
"""Rows that could not be read of which a report tells; the others are counted."""


class BuildReport(Struct, frozen=True):
    """How far an import is: bytes read of all bytes, years made of all years, the account so far.

    `others` are files in a zip that are no history. `error` says in words why nothing more comes.
    """

    read: int = 0
    size: int = 0
    made: int = 0
    years: int = 0
    tally: ImportTally = ImportTally()
    others: tuple[str, ...] = ()
    error: str = ""
