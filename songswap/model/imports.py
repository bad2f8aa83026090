"""Files of listening history that people have brought: what they want with each, and what became of it."""

from typing import Literal

from songswap.model.history import Source
from songswap.model.struct import Struct

ImportState = Literal["working", "stopped", "done", "failed"]


class Upload(Struct, frozen=True):
    """A file that lies in the store under `id` until it is imported. `name` is what people call it, `size` its bytes.

    `rev` grows with each “start again”. While `is_stopped` nothing is done with it.
    """

    id: str
    name: str
    size: int
    at_ms: float
    rev: int = 1
    is_stopped: bool = False


class Forget(Struct, frozen=True):
    """Somebody wants that deleted which `source` told of their listening; None: everything."""

    id: str
    source: Source | None
    at_ms: float


class Imports(Struct, frozen=True):
    """What a person wants done with their listening history, the oldest first. What is to be forgotten goes first."""

    uploads: tuple[Upload, ...] = ()
    forgets: tuple[Forget, ...] = ()


class Problem(Struct, frozen=True):
    """A row that could not be read: in which file, in which line (0: the whole rest), and why."""

    file: str
    line: int
    why: str


class Imported(Struct, frozen=True):
    """What became of an upload's try `rev` so far.

    `read` of `size` bytes (unpacked) were read, `made` of `years` years made of it. Every row is one of `kept`,
    `duplicates`, `podcasts` and `unreadable`; `problems` are the first of the last. `others` are files in a zip that
    hold no history. `error` says in words why it failed. `at_ms` is when it ended, or began as long as it is working.
    """

    rev: int
    state: ImportState
    at_ms: float
    read: int = 0
    size: int = 0
    made: int = 0
    years: int = 0
    kept: int = 0
    duplicates: int = 0
    podcasts: int = 0
    unreadable: int = 0
    problems: tuple[Problem, ...] = ()
    others: tuple[str, ...] = ()
    error: str = ""

    @property
    def total(self) -> int:
        """Rows there were so far."""
        return self.kept + self.duplicates + self.podcasts + self.unreadable


class ImportsSeen(Struct, frozen=True):
    """What became of `Imports`: of uploads by their id; of forgets, empty when done, else why it failed."""

    imports: dict[str, Imported] = {}
    forgotten: dict[str, str] = {}
