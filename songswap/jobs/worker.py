"""The whole worker: one job per account and per running session, as the documents ask for."""

import asyncio
import logging
from collections.abc import Mapping

from songswap.documents import ACCOUNT, GROUP_INTERVAL, INTERVAL, SESSION_WISH
from songswap.jobs.catalogue import CataloguingJob
from songswap.jobs.guess import LearningJob
from songswap.jobs.history.columns import KeeperJob
from songswap.jobs.history.imports import ImportsJob
from songswap.jobs.history.recently_played import RecentJob
from songswap.jobs.kit.devices import DeviceJob
from songswap.jobs.kit.heartbeat import ClockJob, HeartbeatJob
from songswap.jobs.kit.runner import Job, Runner
from songswap.jobs.kit.spotify_accounts import Accounts, Means
from songswap.jobs.playlists.library import LibraryJob
from songswap.jobs.playlists.renewals import RenewalJob
from songswap.jobs.playlists.saves import SaveJob
from songswap.jobs.session.session import SessionJob
from songswap.jobs.session.timer import IntervalJob
from songswap.jobs.videos import VideosJob
from songswap.model.interval import Interval
from songswap.store import StoreError, UnfitNameError
from songswap.survey import Survey

logger = logging.getLogger(__name__)

ASKED = (ACCOUNT, SESSION_WISH, INTERVAL, GROUP_INTERVAL)
Who = tuple[str, str]
"""The folder, and the name of the account or group in it."""
AT_A_TIME = 20
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
    wanted = WantedRun(means, accounts)
    try:
        changes = means.store.changes
        with changes.subscribe("accounts/", "groups/", endings=ASKED_FOR, on_change=wanted.note) as change:
            while True:
                runner.staff({**steady, **await wanted.jobs()})
                await change.wait(LOOK_AGAIN_S)
    finally:
        await runner.stop()


class WantedRun:
    """The jobs of everybody, by whom they are for: a change has that account or group looked at again, and no other."""

    def __init__(self, means: Means, accounts: Accounts) -> None:
        self._means = means
        self._accounts = accounts
        self._jobs: dict[Who, Mapping[str, Job]] = {}
        self._stale: set[Who] = set()
        self._is_known = self._is_told = False

    def note(self, path: str) -> None:
        """What lies at `path` has changed ("": anything may have)."""
        folder, _, rest = path.partition("/")
        name = rest.partition("/")[0]
        self._is_told = bool(name)
        if name:
            self._stale.add((folder, name))
        else:
            self._is_known = False

    async def jobs(self) -> dict[str, Job]:
        """Those wanted by now, by name; where nobody can say what is wanted, those of before go on.

        Everybody is looked at where nothing is known to have changed, a few at a time.
        """
        try:
            self._look_at_all()
        except StoreError as error:
            logger.error("what jobs are wanted can't be read, so they stay as they are: %s", error)
        stale, self._stale = self._stale, set()
        for number, who in enumerate(stale, start=1):
            self._look_at(who)
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)  # a session's next step first
        return {name: job for jobs in self._jobs.values() for name, job in jobs.items()}

    def _look_at_all(self) -> None:
        if not (self._is_known and self._is_told):
            there = {(folder, name) for folder in ("accounts", "groups") for name in self._means.store.names(folder)}
            self._stale |= there | self._jobs.keys()
            self._is_known = True
        self._is_told = False

    def _look_at(self, who: Who) -> None:
        folder, name = who
        try:
            of = _of_person if folder == "accounts" else _of_group
            jobs = of(self._means, self._accounts, name)
        except UnfitNameError:
            return  # something that only lies there
        except StoreError as error:
            logger.error("what jobs %s/%s wants can't be read, so they stay as they are: %s", folder, name, error)
            self._stale.add(who)  # with the next change, whosever
            return
        self._jobs.pop(who, None)
        if jobs:
            self._jobs[who] = jobs


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
