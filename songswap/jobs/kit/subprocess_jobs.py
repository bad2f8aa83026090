"""Commands of `songswap.commands` in processes of their own, and what they tell."""

import asyncio
import contextlib
import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from songswap.beside import Hear, run_module
from songswap.store import Subscription

T = TypeVar("T")

Beside = Callable[[Sequence[str], Hear], Awaitable[int]]
"""Runs `python -m songswap` with these arguments; returns its exit code. If the caller is cancelled, it ends too."""


async def run_beside(arguments: Sequence[str], hear: Hear) -> int:
    """A `Beside`."""
    return await run_module("songswap", arguments, hear)


class JobOutput(Generic[T]):
    """What a process tells in JSON lines of one kind: `last` is the latest, at first what it was made with."""

    def __init__(self, last: T) -> None:
        self.last = last
        self._decoder = msgspec.json.Decoder(type(last))

    def hear(self, line: bytes) -> None:
        """A `Hear`; lines of another kind are passed over."""
        with contextlib.suppress(msgspec.DecodeError):
            self.last = self._decoder.decode(line)


def ignore(_line: bytes) -> None:
    """A `Hear` for a process that has nothing to say."""


async def is_woken(changes: Subscription, within_s: float) -> bool:
    """Wait for a change; False if there was none in that time, which may be without end (inf)."""
    try:
        async with asyncio.timeout(None if math.isinf(within_s) else max(0.0, within_s)):
            await changes.wait()
    except TimeoutError:
        return False
    return True
