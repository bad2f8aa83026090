"""Keeps jobs running: each on its own, started anew after a failure, stopped when no longer wanted."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator, Mapping

from songswap.store import GoneError

logger = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 60.0
RECOVERED_S = 90.0
"""A job that has run for so long after a failure counts as recovered."""


def backoff(rng: random.Random) -> Iterator[float]:
    """Delays in s: doubling, with jitter so that jobs that failed together do not return together."""
    delay_s = FIRST_DELAY_S
    while True:
        yield delay_s * rng.uniform(0.5, 1.0)
        delay_s = min(2 * delay_s, LONGEST_DELAY_S)


class Runner:
    """Runs named jobs; `failing` tells which are in trouble and why."""

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.Random()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.failing: dict[str, str] = {}

    def staff(self, wanted: Mapping[str, Job]) -> None:
        """Start the jobs that are wanted and not running, stop those that run and are not wanted."""
        for name in self._tasks.keys() - wanted.keys():
            self._tasks.pop(name).cancel()
            self.failing.pop(name, None)
        for name in wanted.keys() - self._tasks.keys():
            self._tasks[name] = asyncio.create_task(self._supervise(name, wanted[name]), name=name)

    async def stop(self) -> None:
        """Stop every job and wait for their ends."""
        tasks = list(self._tasks.values())
        self.staff({})
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _supervise(self, name: str, job: Job) -> None:
        """Run one job until it ends by itself. The worker's one broad except: what happens in a job stays in it."""
        delays = backoff(self._rng)
        loop = asyncio.get_running_loop()
        while True:
            started_s = loop.time()
            recovery = loop.call_later(RECOVERED_S, self._recovered, name) if name in self.failing else None
            try:
                await job()
            except Exception as error:
                if not self._runs(name):  # what went wrong while it was being put away shall not keep it alive
                    logger.exception("job %s failed while it was stopped", name)
                    raise asyncio.CancelledError from error
                if loop.time() - started_s > RECOVERED_S:
                    delays = backoff(self._rng)
                if _is_of_what_is_gone(error):  # somebody left, a group ended: no fault, and soon the job is stopped
                    logger.info("job %s wrote to what is gone: %s", name, error)
                else:
                    if str(error) != self.failing.get(name):
                        logger.exception("job %s failed and will be started again", name)
                    self.failing[name] = str(error) or type(error).__name__
            else:
                self._recovered(name)
                return
            finally:
                if recovery is not None:
                    recovery.cancel()
            await asyncio.sleep(next(delays))

    def _runs(self, name: str) -> bool:
        """Whether the present task is still to run this job; what a failed task group left of its own cancel goes."""
        task = asyncio.current_task()
        if task is None or self._tasks.get(name) is not task:
            return False
        while task.cancelling():  # Python 3.11 keeps it where the group's body had ended already
            task.uncancel()
        return True

    def _recovered(self, name: str) -> None:
        if self.failing.pop(name, None) is not None:
            logger.info("job %s works again", name)


def _is_of_what_is_gone(error: Exception) -> bool:
    if isinstance(error, ExceptionGroup):
        return all(_is_of_what_is_gone(one) for one in error.exceptions)
    return isinstance(error, GoneError)
