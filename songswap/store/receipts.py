"""Tells whoever asks when something written has reached the disk."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar

from songswap.store.errors import StoreError


class Receipt:
    """For one write: is it on the disk by now, for good? Made by the process's own thread or another."""

    def __init__(self) -> None:
        self._future: Future[None] = Future()
        self._future.set_running_or_notify_cancel()  # nobody calls a write off by no longer waiting for it

    @property
    def is_down(self) -> bool:
        """Whether it is on the disk."""
        return self._future.done() and self._future.exception() is None

    def settle(self, error: StoreError | None = None) -> None:
        """It is on the disk; or, for `error`, it is not and will not be."""
        if error is None:
            self._future.set_result(None)
        else:
            self._future.set_exception(error)

    async def down(self) -> None:
        """Return once it is on the disk. Raises StoreError if the disk refuses it: nothing of it is there then."""
        if not self.is_down:
            await asyncio.wrap_future(self._future)

    def then(self, on_down: Callable[[], object], on_refused: Callable[[StoreError], object]) -> None:
        """Call one of both: at once if it is known already, else on the running event loop, if there is one."""
        if self._future.done():
            self._tell(on_down, on_refused)
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # before there is one
            loop = None

        def pass_on(_: Future[None]) -> None:
            if loop is None:
                self._tell(on_down, on_refused)
                return
            with contextlib.suppress(RuntimeError):  # the loop is closed: the process ends
                loop.call_soon_threadsafe(self._tell, on_down, on_refused)

        self._future.add_done_callback(pass_on)

    def _tell(self, on_down: Callable[[], object], on_refused: Callable[[StoreError], object]) -> None:
        error = self._future.exception()
        if isinstance(error, StoreError):
            on_refused(error)
        else:
            on_down()


_COLLECTED: ContextVar[list[Receipt] | None] = ContextVar("receipts", default=None)


def collect() -> None:
    """Keep the receipts of everything that the present task writes from now on, for `all_down`."""
    _COLLECTED.set([])


def note(receipt: Receipt) -> Receipt:
    """Keep `receipt` if the present task collects them; returns it."""
    collected = _COLLECTED.get()
    if collected is not None and not receipt.is_down:
        collected.append(receipt)
    return receipt


async def all_down() -> None:
    """Return once everything is on the disk that was written since `collect`. Raises StoreError; collects no more."""
    collected = _COLLECTED.get() or []
    _COLLECTED.set(None)
    for receipt in collected:
        await receipt.down()
