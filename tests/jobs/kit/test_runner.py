import asyncio
import itertools
import random

import pytest

from songswap.jobs.kit.runner import FIRST_DELAY_S, LONGEST_DELAY_S, RECOVERED_S, Runner, backoff
from songswap.store import GoneError, StoreError

pytestmark = pytest.mark.virtual_time


class Job:
    """Fails as often as told, then runs until cancelled."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.starts: list[float] = []
        self.cancelled = False

    async def __call__(self) -> None:
        self.starts.append(asyncio.get_running_loop().time())
        if len(self.starts) <= self.failures:
            raise RuntimeError("no luck")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


def test_delays_double_with_jitter_up_to_a_limit() -> None:
    delays = list(itertools.islice(backoff(random.Random(1)), 12))
    assert all(delay <= min(FIRST_DELAY_S * 2**turn, LONGEST_DELAY_S) for turn, delay in enumerate(delays))
    assert all(delay >= min(FIRST_DELAY_S * 2**turn, LONGEST_DELAY_S) / 2 for turn, delay in enumerate(delays))
    assert len(set(delays)) == len(delays)


async def test_jobs_are_started_and_stopped_as_wanted() -> None:
    runner, one, other = Runner(), Job(), Job()
    runner.staff({"one": one, "other": other})
    await asyncio.sleep(1)
    runner.staff({"other": other})
    await asyncio.sleep(1)
    assert (one.cancelled, other.cancelled) == (True, False)
    await runner.stop()
    assert other.cancelled


async def test_wanted_twice_is_started_once() -> None:
    runner, job = Runner(), Job()
    runner.staff({"job": job})
    runner.staff({"job": job})
    await asyncio.sleep(1)
    assert len(job.starts) == 1
    await runner.stop()


async def test_failing_job_is_started_again_later_and_later_and_stops_no_other() -> None:
    runner, failing, healthy = Runner(random.Random(1)), Job(failures=6), Job()
    runner.staff({"failing": failing, "healthy": healthy})
    await asyncio.sleep(60)
    gaps = [later - earlier for earlier, later in itertools.pairwise(failing.starts)]
    assert len(gaps) == 6
    assert gaps[-1] > gaps[0]
    assert len(healthy.starts) == 1
    assert runner.failing == {"failing": "no luck"}
    await runner.stop()


async def test_failure_and_recovery_are_logged_once_each(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "songswap.jobs.kit.runner")
    runner = Runner(random.Random(1))
    runner.staff({"job": Job(failures=5)})
    await asyncio.sleep(RECOVERED_S + 60)
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]
    assert runner.failing == {}
    await runner.stop()


async def test_job_that_ends_by_itself_is_not_started_again() -> None:
    starts = []

    async def short() -> None:
        starts.append(1)

    runner = Runner()
    runner.staff({"short": short})
    await asyncio.sleep(100)
    runner.staff({"short": short})
    await asyncio.sleep(100)
    assert len(starts) == 1
    await runner.stop()


async def test_job_no_longer_wanted_is_not_called_failing() -> None:
    runner = Runner()
    runner.staff({"job": Job(failures=100)})
    await asyncio.sleep(5)
    assert runner.failing
    runner.staff({})
    assert runner.failing == {}


async def test_a_cleanup_that_fails_keeps_no_job_alive() -> None:
    starts = 0

    async def job() -> None:
        nonlocal starts
        starts += 1
        try:
            await asyncio.Event().wait()
        finally:
            raise StoreError("what it would write to is broken")

    runner = Runner()
    runner.staff({"job": job})
    await asyncio.sleep(1)
    runner.staff({})
    await asyncio.sleep(100)
    assert starts == 1
    runner.staff({"job": job})
    await asyncio.sleep(1)
    await runner.stop()
    assert starts == 2
    assert runner.failing == {}


async def test_writing_to_what_is_gone_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    async def job() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(late())

    async def late() -> None:
        raise GoneError("groups/one can't be written to: it is gone")

    caplog.set_level("INFO")
    runner = Runner()
    runner.staff({"job": job})
    await asyncio.sleep(5)
    assert runner.failing == {}
    assert caplog.records
    assert not any(record.exc_info for record in caplog.records)
    await runner.stop()
