"""Groups whose pages are open: what is to be seen of each is read and made once per change, for all who look."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from songswap.clock import Clock
from songswap.documents import DIARY, GROUP, HEARTBEAT
from songswap.store import Reads, Store
from songswap.web.group.group_facts import Facts
from songswap.web.group.group_snapshot import facts_of
from songswap.web.group.group_state import GroupState
from songswap.web.group.group_view import Common, common_of, state_for
from songswap.web.kit.memo import Memo
from songswap.web.kit.worker_status import is_worker_alive

OLD_MS = 10_000.0
"""Time alone changes some of it: whether the worker is silent, how many calls are left."""


Complete = Callable[[Reads, Facts], Facts]
"""Adds to the facts what is not in the documents of the group and its members."""


class Scene:
    """One group. All who look are called when something that was read for it has changed."""

    def __init__(self, store: Store, group_id: str, complete: Complete) -> None:
        self.viewers: list[Callable[[], None]] = []
        self._group_id = group_id
        self._memo = Memo(store, self.change, beside=(HEARTBEAT,))
        self._complete = complete
        self._made: tuple[Facts, Common] | None = None

    def facts(self, now_ms: float) -> Facts | None:
        """All that is known of the group at `now_ms`; None where there is none. Raises StoreError."""
        made = self._look(now_ms)
        return None if made is None else made[0]

    def state(self, account: str, now_ms: float) -> GroupState | None:
        """The group as `account` sees it at `now_ms`; None if they are not in it. Raises StoreError."""
        made = self._look(now_ms)
        if made is None or account not in made[0].group.members:
            return None
        return state_for(made[0], account, made[1])

    def change(self) -> None:
        """Something has changed: look again, and have everybody do so."""
        self._made = None
        for wake in list(self.viewers):
            wake()

    def close(self) -> None:
        """Nobody looks any more."""
        self._memo.close()

    def _look(self, now_ms: float) -> tuple[Facts, Common] | None:
        if self._made is not None and now_ms - self._made[0].now_ms >= OLD_MS:
            self._memo.check()
            self._made = None
        if self._made is None:
            group = self._memo.read(GROUP, self._group_id)
            if group is None:
                return None
            facts = self._complete(self._memo, facts_of(self._memo, group, now_ms))
            if facts.session.session_id:
                self._memo.depend(DIARY.path(group.id, facts.session.session_id))
            self._made = facts, common_of(facts)
        facts, common = self._made
        return dataclasses.replace(facts, now_ms=now_ms), common


class Scenes:
    """The scenes of all groups somebody looks at."""

    def __init__(self, store: Store, clock: Clock, complete: Complete) -> None:
        self._store = store
        self._clock = clock
        self._complete = complete
        self._scenes: dict[str, Scene] = {}
        self._is_alive: bool | None = None
        store.changes.listen(HEARTBEAT.pattern, on_change=self._heart_beat)

    @contextmanager
    def watch(self, group_id: str, wake: Callable[[], None]) -> Iterator[Scene]:
        """The scene of a group, for as long as the block lasts; `wake` is called when there is something to see."""
        scene = self._scenes.get(group_id)
        if scene is None:
            scene = self._scenes[group_id] = Scene(self._store, group_id, self._complete)
        scene.viewers.append(wake)
        try:
            yield scene
        finally:
            scene.viewers.remove(wake)
            if not scene.viewers:
                scene.close()
                del self._scenes[group_id]

    def _heart_beat(self, _: str) -> None:
        """Every beat is a change, but that the worker lives is one only when it did not."""
        is_alive = is_worker_alive(self._store, self._clock.now_ms())
        if is_alive != self._is_alive:
            self._is_alive = is_alive
            for scene in list(self._scenes.values()):
                scene.change()
