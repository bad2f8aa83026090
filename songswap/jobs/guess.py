"""Has learnt whose songs, and whose words, they are, as groups ask for it; again when there is more, or less, to go by.

`python -m songswap learn` does the work, in a process of its own; here it is started, and what it says is kept.
"""

import asyncio
import logging
import math
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import msgspec

from songswap.columns.sources import PLAYS_FOLDER, State, states
from songswap.documents import BRAIN, CHAT, GROUP_POSTS, LEARNT, PICKS
from songswap.jobs.kit.spotify_accounts import Means
from songswap.jobs.kit.subprocess_jobs import is_woken
from songswap.model.guessing import Learnt, Pick, Picks, Taught
from songswap.store import Document, GoneError, StoreError
from songswap.store.files import fill

logger = logging.getLogger(__name__)

PICKS_FILE: Final = PICKS.pattern.rpartition("/")[2]
KEPT_FILES: Final[tuple[Document[Any], ...]] = (BRAIN, LEARNT)
GUESS_ENDINGS: Final = (PICKS_FILE, ".jsonl")
TRAINING_QUIET_S: Final = 30.0
"""After a pick was looked at, changes of what it goes by wait at least so long."""
SHARE: Final = 20
"""And so many times as long as that look took: chatting all evening shall not keep a processor busy."""
FAILED: Final = "Something went wrong while it was learnt. Ask for it again; the operator’s log says more."

Key = tuple[str, str]


@dataclass
class _Look:
    """When a pick was looked at last, what there was to go by then, for which wish, and when to look again."""

    states: list[State]
    rev: int
    next_s: float


class LearningJob:
    """Serves the wishes in PICKS of every group, one after the other, and keeps LEARNT of each."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._store = means.store
        self._looks: dict[Key, _Look] = {}

    async def run(self) -> None:
        """Serve wishes until cancelled."""
        loop = asyncio.get_running_loop()
        with self._store.changes.subscribe("groups/", "accounts/", endings=GUESS_ENDINGS) as changes:
            while True:
                wanted = self._wanted()
                self._forget(wanted)
                due_s = {key: self._due_s(key, pick) for key, pick in wanted.items()}
                now = [key for key, at_s in due_s.items() if at_s <= loop.time()]
                if not now:
                    await is_woken(changes, min(due_s.values(), default=math.inf) - loop.time())
                    continue
                key = min(now, key=lambda one: wanted[one].at_ms)
                await self._serve(key, wanted[key])

    async def _serve(self, key: Key, pick: Pick) -> None:
        """Learn it; where it can't be written down it waits, and keeps no other waiting."""
        try:
            await self._learn(key, pick)
        except GoneError:
            return  # the group is gone
        except StoreError as error:
            logger.error("pick %s of group %s waits: %s", key[1], key[0], error)
            self._looks[key] = _Look([], pick.rev, asyncio.get_running_loop().time() + TRAINING_QUIET_S)

    def _wanted(self) -> dict[Key, Pick]:
        return {
            (group, pick.id): pick
            for group in self._store.names("groups")
            for pick in (self._store.read(PICKS, group) or Picks()).items
        }

    def _forget(self, wanted: dict[Key, Pick]) -> None:
        """Remove what was learnt of picks that nobody wants any more, or may want."""
        for group, document in product(self._store.names("groups"), KEPT_FILES):
            for name in self._store.listed(document, group):
                if (group, name) not in wanted:
                    self._store.drop(document, group, name)
        self._looks = {key: look for key, look in self._looks.items() if key in wanted}

    def _due_s(self, key: Key, pick: Pick) -> float:
        """When the pick has to be looked at, as far as can be told now; inf: when something has changed."""
        look = self._looks.get(key)
        if look is None or look.rev != pick.rev:
            return -math.inf
        return look.next_s if self._states(key, pick) != look.states else math.inf

    def _states(self, key: Key, pick: Pick) -> list[State]:
        """The files that the pick goes by, as they are."""
        root, (group, _) = self._store.root, key
        if pick.kind == "songs":
            folders = [fill(PLAYS_FOLDER, (account,)) for account in pick.accounts]
        else:
            folders = [log.path(group, "0").rpartition("/")[0] for log in (GROUP_POSTS, CHAT)]
        return [(f"{folder}/{name}", size, at) for folder in folders for name, size, at in states(root / folder)]

    async def _learn(self, key: Key, pick: Pick) -> None:
        loop, (group, _) = asyncio.get_running_loop(), key
        began_s, there = loop.time(), self._states(key, pick)
        before = self._store.read(LEARNT, *key)
        if before is None or before.rev != pick.rev:
            self._keep(key, Taught(Learnt(pick.id, "learning", self._means.clock.now_ms(), pick.rev)))
        lines: list[bytes] = []
        where = ("--store", str(self._store.root), "--gently")
        code = await self._means.beside(("learn", *where, "--group", group, "--pick", pick.id), lines.append)
        self._looks[key] = _Look(there, pick.rev, loop.time() + max(TRAINING_QUIET_S, SHARE * (loop.time() - began_s)))
        if code:
            logger.error("pick %s of group %s could not be learnt: %d", pick.id, group, code)
            failed = Learnt(pick.id, "failed", self._means.clock.now_ms(), pick.rev, error=FAILED)
            self._keep(key, Taught(failed))
        elif lines:
            self._keep(key, msgspec.json.decode(lines[-1], type=Taught))

    def _keep(self, key: Key, taught: Taught) -> None:
        """Keep it, if it is wanted still."""
        group, name = key
        if any(pick.id == name for pick in (self._store.read(PICKS, group) or Picks()).items):
            if taught.brain is not None:
                self._store.write(BRAIN, taught.brain, *key)
            else:  # what it was before may be of what is to be forgotten
                self._store.drop(BRAIN, *key)
            self._store.write(LEARNT, taught.learnt, *key)
