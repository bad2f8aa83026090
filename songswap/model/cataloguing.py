"""The catalogue as the operator has it loaded: the file wanted, and how loading it goes."""

from typing import Literal

from songswap.model.struct import Struct

LoadingState = Literal["working", "done", "failed", "stopped"]


class CatalogueWish(Struct, frozen=True):
    """The file that shall be the catalogue, under an id of ours; None: no wish. `name` is what it is called."""

    upload: str | None = None
    name: str = ""
    size: int = 0
    at_ms: float = 0.0


class CatalogueLoading(Struct, frozen=True):
    """How loading the file with the id `upload` goes: bytes `read` of `size`, and the account of its rows so far.

    `problems` are the first rows that can't be used; `error` says why all of it failed.
    """

    upload: str
    state: LoadingState
    at_ms: float
    read: int = 0
    size: int = 0
    kept: int = 0
    duplicates: int = 0
    unreadable: int = 0
    problems: tuple[str, ...] = ()
    error: str = ""
