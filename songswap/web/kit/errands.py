"""Small things the server does after it has answered, one beside the other; dropped when it stops."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

logger = logging.getLogger(__name__)


class Errands:
    """Runs what it is given; what fails is logged, and nothing more."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def send(self, errand: Coroutine[Any, Any, None]) -> None:
        """Have it done soon."""
        task = asyncio.get_running_loop().create_task(errand)
        self._running.add(task)
        task.add_done_callback(self._done)

    async def drop(self) -> None:
        """Call off what is under way."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("an errand failed: %s", error, exc_info=error)
