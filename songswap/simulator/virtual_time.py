"""An event loop in virtual time: instead of waiting it moves its clock, so an hour of playback takes a moment.

Real sockets work between ends in the same loop, and executors make the loop wait in real time. Other threads, processes
and machines are not seen: what needs them is run in real time.
"""

import asyncio
import selectors
import sys
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

EXECUTOR_LOOK_S = 0.05
"""Real wait for one look at whether an executor has finished."""
LOOPBACK_S = 0.0 if sys.platform == "linux" else 0.001
"""Real time bytes may need between two sockets of this process. Linux hands them over within send() and connect(): none
was late in 2.8 million sends on a machine with three times as many busy processes as cores."""


class DeadlockError(Exception):
    """Everything waits, and only the outside world could end that."""


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose `time()` starts at 0 s and moves only when nothing else is left to do."""

    def __init__(self) -> None:
        self._virtual = _VirtualTimeSelector()
        super().__init__(self._virtual)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._virtual.now_s

    def run_in_executor(self, executor: Executor | None, func: Callable[[*Ts], T], *args: *Ts) -> asyncio.Future[T]:
        """As in any loop; time stands still until the work is done."""
        future = super().run_in_executor(executor, func, *args)
        self._virtual.executing += 1
        future.add_done_callback(self._executed)
        return future

    async def shutdown_default_executor(self, *args: Any) -> None:
        """As in any loop; time stands still until the threads have ended."""
        self._virtual.executing += 1
        try:
            await super().shutdown_default_executor(*args)
        finally:
            self._virtual.executing -= 1

    def _executed(self, _: object) -> None:
        self._virtual.executing -= 1


class _VirtualTimeSelector(selectors.DefaultSelector):
    """Where nothing has happened and nothing is under way, it moves `now_s` to the next timer instead of waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0
        self.executing = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        callbacks_wait = timeout is not None and timeout <= 0
        events = super().select(0 if callbacks_wait else LOOPBACK_S)
        if events or callbacks_wait:
            return events
        if self.executing:
            return super().select(EXECUTOR_LOOK_S)
        if timeout is None:
            raise DeadlockError(f"after {self.now_s:.3f} s nothing can happen any more, yet something waits")
        self.now_s += timeout
        return events
