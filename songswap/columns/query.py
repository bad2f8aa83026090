"""Asks the columns in a thread of its own: bounded memory, an event loop that is never held, fresh files at once."""

import asyncio
import contextlib
import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from songswap.columns.libraries import Libraries, LibraryShelf, reach_of
from songswap.columns.plays import Plays, Question, Row
from songswap.columns.recent import Recent
from songswap.model.struct import Struct
from songswap.store import StoreError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Answer = TypeVar("Answer", bound=Struct)
T = TypeVar("T")

THREADS: Final = 2
"""Of DuckDB, for one figure at a time: two at once would take twice the memory and be done no sooner."""
MEMORY: Final = "112MB"
"""Of the 250 MB that the server may have; enough for any figure over three million plays. More goes to the disk."""
SPILL: Final = "spill"
"""Folder below the store for what does not fit into memory; empty but while it is needed."""
TRIES: Final = 3
"""How often a question is put again when its files were replaced meanwhile."""
KEPT_BYTES: Final = 4_000_000
"""Of answers, kept for as long as no file changes: pages ask the same again, and so do people in a group."""
KEPT_NAMES: Final = 8_000
"""Looked up lately: most figures speak of the same music. They take some 6 MB, and spare 10 ms each time."""


class Engine:
    """Answers questions about the columns in the store at `root`, one after the other.

    Nothing is opened before the first.
    """

    def __init__(self, root: Path, *, spills: bool = True) -> None:
        """What does not fit into memory is put aside on the disk if it `spills`: one engine of a store may."""
        self._root = root
        self._spills = spills
        self._libraries = Libraries(root)
        self._answers: Recent[bytes] = Recent(KEPT_BYTES, len)
        self._names: Recent[Row] = Recent(KEPT_NAMES)
        self._thread = ThreadPoolExecutor(1, "columns")
        self._connection: DuckDBPyConnection | None = None

    async def ask(self, figure: Callable[[Plays], Answer], kind: type[Answer], question: Question) -> Answer:
        """What `figure`, a function or a partial of one, answers to `question`: a `kind`.

        Raises what `figure` does, UnfitNameError for what is no account's id, StoreError.
        """
        return await self._in_thread(partial(self.answer, figure, kind, question))

    async def reach(self, accounts: Iterable[str]) -> tuple[int, int] | None:
        """When the first and the last play of these accounts ended; None where there is none. Raises as `ask`."""
        return await self._in_thread(partial(self._steady, tuple(accounts), lambda _, shelf: reach_of(shelf.libraries)))

    def answer(self, figure: Callable[[Plays], Answer], kind: type[Answer], question: Question) -> Answer:
        """The same as `ask`, for those who may wait."""

        def answered(cursor: "DuckDBPyConnection", shelf: LibraryShelf) -> Answer:
            key = (_name(figure), question, shelf.marks)
            known = self._answers.get(key)
            if known is not None:
                return msgspec.msgpack.decode(known, type=kind)
            answer = figure(Plays(cursor, question, shelf, self._names))
            self._answers.keep(key, msgspec.msgpack.encode(answer))
            return answer

        return self._steady(question.accounts, answered)

    def close(self) -> None:
        """Answer what is being asked, and end."""
        self._thread.shutdown(cancel_futures=True)
        if self._connection is not None:
            self._connection.close()

    async def _in_thread(self, ask: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, ask)

    def _steady(self, accounts: tuple[str, ...], ask: Callable[["DuckDBPyConnection", LibraryShelf], T]) -> T:
        """What `ask` finds in files that nobody replaced meanwhile; the last of TRIES is taken as it is."""
        import duckdb

        for left in reversed(range(TRIES)):
            with contextlib.closing(self._open().cursor()) as cursor:
                try:
                    shelf = self._libraries.look(cursor, accounts)
                    found = ask(cursor, shelf)
                    if left == 0 or self._libraries.look(cursor, accounts) == shelf:
                        return found
                except (duckdb.Error, FileNotFoundError) as error:
                    if left == 0:
                        raise StoreError(f"the columns of {', '.join(accounts)} can't be read: {error}") from error
        raise AssertionError("the last try returns or raises")

    def _open(self) -> "DuckDBPyConnection":
        if self._connection is None:
            self._connection = _connect(self._root, spills=self._spills)
        return self._connection


def _name(figure: Callable[[Plays], Answer]) -> object:
    """What tells one figure from another: a function, or one with arguments."""
    if isinstance(figure, partial):
        return figure.func, figure.args, tuple(sorted(figure.keywords.items()))
    return figure


def _connect(root: Path, *, spills: bool) -> "DuckDBPyConnection":
    """A database in memory that reads the columns and genres in the store, and nothing else."""
    import duckdb

    spill = root / SPILL
    if spills:
        shutil.rmtree(spill, ignore_errors=True)
    connection = duckdb.connect(
        config={
            "threads": THREADS,
            "memory_limit": MEMORY,
            "temp_directory": str(spill) if spills else "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
    )
    connection.execute("SET allowed_directories = ?", [[str(root / "accounts"), str(root / "catalogue")]])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
