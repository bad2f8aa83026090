"""The whole worker: one job per account and per running session, as the documents ask for."""

import logging
from collections.abc import Mapping

from songswap.documents import ACCOUNT, GROUP_INTERVAL, INTERVAL, SESSION_WISH
from songswap.jobs.accounts import Accounts, Means
from songswap.jobs.cataloguing import CataloguingJob
from songswap.jobs.devices import DeviceJob
from songswap.jobs.heartbeat import ClockJob, HeartbeatJob
from songswap.jobs.imports import ImportsJob
from songswap.jobs.interval import IntervalJob
from songswap.jobs.keeper import KeeperJob
from songswap.jobs.learning import LearningJob
from songswap.jobs.library import LibraryJob
from songswap.jobs.recent import RecentJob
from songswap.jobs.renewals import RenewalJob
from songswap.jobs.runner import Job, Runner
from songswap.jobs.saves import SaveJob
from songswap.jobs.session import SessionJob
from songswap.jobs.videos import VideosJob
from songswap.model import Interval
from songswap.store import StoreError
from songswap.survey import Survey

logger = logging.getLogger(__name__)

ASKED = (ACCOUNT, SESSION_WISH, INTERVAL, GROUP_INTERVAL)
ASKED_FOR = tuple(document.pattern.rpartition("/")[2] for document in ASKED)

LOOK_AGAIN_S = 60.0
"""Who wants what is looked at as often, should nobody tell of a change."""


async def work(means: Means) -> None:
    """Keep every job running until cancelled; then stop them all."""
    runner = Runner()
    accounts = Accounts(means)
    steady = {
        "heartbeat": HeartbeatJob(means, runner).run,
        "clock": ClockJob(means).run,
        "survey": Survey(means.store).run,
        "imports": ImportsJob(means).run,
        "columns": KeeperJob(means).run,
        "catalogue": CataloguingJob(means).run,
        "learning": LearningJob(means).run,
        "music videos": VideosJob(means, accounts).run,
    }
    try:
        with means.store.changes.subscribe("accounts/", "groups/", endings=ASKED_FOR) as changes:
            wanted: dict[str, Job] = {}
            while True:
                wanted = _wanted(means, accounts, wanted)
                runner.staff({**steady, **wanted})
                await changes.wait(LOOK_AGAIN_S)
    finally:
        await runner.stop()


def _wanted(means: Means, accounts: Accounts, before: Mapping[str, Job]) -> dict[str, Job]:
    """The jobs of everybody, by name; where nobody can say what is wanted, those of `before` go on."""
    jobs: dict[str, Job] = {}
    try:
        for account in means.store.names("accounts"):
            jobs |= _of_person(means, accounts, account)
        for group in means.store.names("groups"):
            jobs |= _of_group(means, accounts, group)
    except StoreError as error:
        logger.error("what jobs are wanted can't be read, so they stay as they are: %s", error)
        return {**before, **jobs}
    return jobs


def _of_person(means: Means, accounts: Accounts, account: str) -> Mapping[str, Job]:
    if means.store.read(ACCOUNT, account) is None:
        return {}
    jobs = {
        f"devices of {account}": DeviceJob(means, accounts, account).run,
        f"recently played of {account}": RecentJob(means, accounts, account).run,
        f"library of {account}": LibraryJob(means, accounts, account).run,
        f"renewals of {account}": RenewalJob(means, accounts, account).run,
        f"saves of {account}": SaveJob(means, accounts, account).run,
    }
    if _is_started(means.store.read(INTERVAL, account)):
        jobs[f"timer of {account}"] = IntervalJob(means, accounts, account=account).run
    return jobs


def _of_group(means: Means, accounts: Accounts, group: str) -> Mapping[str, Job]:
    jobs: dict[str, Job] = {}
    wish = means.store.read(SESSION_WISH, group)
    if wish is not None and wish.state == "running":
        jobs[f"session {wish.session_id} of {group}"] = SessionJob(means, accounts, group, wish.session_id).run
    if _is_started(means.store.read(GROUP_INTERVAL, group)):
        jobs[f"timer of group {group}"] = IntervalJob(means, accounts, group=group).run
    return jobs


def _is_started(timer: Interval | None) -> bool:
    return timer is not None and timer.started_at_ms is not None
