"""Tells the server and the operator that the worker is alive, and everybody in it that the clock was set."""

import asyncio
import os

from songswap.documents import HEARTBEAT, Heartbeat
from songswap.jobs.kit.runner import Runner
from songswap.jobs.kit.spotify_accounts import Means

INTERVAL_S = 5.0
LOOK_S = 1.0


class ClockJob:
    """Looks at the clock every LOOK_S; if it was set, everybody who waits looks again at once."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def run(self) -> None:
        """Look until cancelled."""
        clock = self._means.clock
        known_ms = clock.moved_ms
        while True:
            await asyncio.sleep(LOOK_S)
            clock.now_ms()
            if clock.moved_ms != known_ms:
                known_ms = clock.moved_ms
                self._means.store.changes.wake_all()


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
            store.forget_gone()
            if store.trouble:
                store.catch_up()
            beat = Heartbeat(
                pid=os.getpid(),
                started_at_ms=self._started_at_ms,
                beat_at_ms=now_ms,
                failing=dict(self._runner.failing),
                broken=dict(store.broken),
                polls=store.changes.polls,
                unwritten=store.trouble,
            )
            store.write(HEARTBEAT, beat)
            await asyncio.sleep(INTERVAL_S)
