"""Tells the server and the operator that the worker is alive."""

import asyncio
import os

from songswap.documents import HEARTBEAT, Heartbeat
from songswap.jobs.accounts import Means
from songswap.jobs.runner import Runner

INTERVAL_S = 5.0


class HeartbeatJob:
    """Writes HEARTBEAT every INTERVAL_S, with the jobs that are failing and the files that can't be read."""

    def __init__(self, means: Means, runner: Runner) -> None:
        self._means = means
        self._runner = runner
        self._started_at_ms = means.clock.now_ms()

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            store, now_ms = self._means.store, self._means.clock.now_ms()
            store.look_again()
            beat = Heartbeat(
                pid=os.getpid(),
                started_at_ms=self._started_at_ms,
                beat_at_ms=now_ms,
                failing=dict(self._runner.failing),
                broken=dict(store.broken),
                polls=store.changes.polls,
            )
            store.write(HEARTBEAT, beat)
            await asyncio.sleep(INTERVAL_S)
