"""The catalogue of a store: asked in a thread of its own, and as it is by then, whenever it is replaced."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from songswap.catalogue import schema
from songswap.catalogue.shelf import Shelf, open_shelf
from songswap.store import StoreError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")
Ask = Callable[["DuckDBPyConnection", Shelf], T]

THREADS: Final = 2
MEMORY: Final = "64MB"
"""Of DuckDB for looking words up; the arrays are the system's to keep."""
TRIES: Final = 3
"""How often a question is put again when its files were replaced meanwhile."""


class NoCatalogueError(Exception):
    """There is none; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "There is no catalogue of audio features here. Whoever runs SongSwap loads one with "
            "`python -m songswap catalogue load FILE`."
        )


class Catalogue:
    """Answers questions about the catalogue in the store at `root`. Nothing is opened before the first."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._thread = ThreadPoolExecutor(1, "catalogue")
        self._connection: DuckDBPyConnection | None = None
        self._shelf: Shelf | None = None
        self._mark: tuple[int, int] | None = None

    async def ask(self, question: Ask[T]) -> T:
        """What `question` answers, in the thread: the loop is never held. Raises NoCatalogueError, StoreError."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, partial(self.answer, question))

    def answer(self, question: Ask[T]) -> T:
        """The same as `ask`, for those who may wait. Raises NoCatalogueError, StoreError."""
        import duckdb

        for left in reversed(range(TRIES)):
            present = self._present()
            try:
                shelf = self.shelf()
                if shelf is None:
                    raise NoCatalogueError
                with contextlib.closing(self._open().cursor()) as cursor:
                    return question(cursor, shelf)
            except BrokenPipeError:  # whoever is told of it has had enough
                raise
            except (duckdb.Error, OSError) as error:
                self._mark = None
                if left == 0 or self._present() == present:
                    raise StoreError(f"the catalogue can't be read: {error}") from error
        raise AssertionError("the last try returns or raises")

    def shelf(self) -> Shelf | None:
        """What there is now; None where there is nothing. Raises OSError."""
        mark = self._present()
        if mark is None or mark != self._mark:
            self._shelf = open_shelf(self._root) if mark else None
            self._mark = mark
        return self._shelf

    def is_there(self) -> bool:
        """Whether there is one to ask, as far as can be seen without looking into it."""
        return self._present() is not None

    def close(self) -> None:
        """Answer what is being asked, and end."""
        self._thread.shutdown(cancel_futures=True)
        if self._connection is not None:
            self._connection.close()

    def _present(self) -> tuple[int, int] | None:
        """Changes with every loading."""
        try:
            status = (schema.folder(self._root) / schema.MANIFEST).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return status.st_ino, status.st_mtime_ns

    def _open(self) -> "DuckDBPyConnection":
        """A database in memory that reads the catalogue, and nothing else."""
        import duckdb

        if self._connection is None:
            settings: dict[str, str | bool | int | float | list[str]] = {
                "threads": THREADS,
                "memory_limit": MEMORY,
                "temp_directory": "",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
            connection = duckdb.connect(config=settings)
            connection.execute("SET allowed_directories = ?", [[str(schema.folder(self._root))]])
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            self._connection = connection
        return self._connection
