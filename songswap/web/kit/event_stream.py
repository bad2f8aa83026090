"""Live states: the whole at first, then again, or what differs, whenever something it is made of has changed."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Literal

from msgspec.structs import replace

from songswap.documents import Account
from songswap.store import Reads, StoreError
from songswap.web.kit import browser_sessions, streams
from songswap.web.kit.memo import Memo
from songswap.web.kit.services import Services
from songswap.web.kit.streams import STILL_HERE, Asking, Events, event
from songswap.web.kit.timed import Timed

Gone = Literal["logged_out", "not_a_member", "link_replaced"]


class Bell:
    """Rung when a stream has a reason to look again; `rights` says whether one is that rights could have changed."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.rights = True

    def ring(self, _: str = "") -> None:
        """There is something to see."""
        self._rung.set()

    def ring_for_rights(self, _: str = "") -> None:
        """There may be nothing to see any more."""
        self.rights = True
        self._rung.set()

    async def wait(self) -> bool:
        """Wait until it was rung; False when it was not for so long that the connection wants a sign of life."""
        try:
            await asyncio.wait_for(self._rung.wait(), streams.KEEP_ALIVE_S)
        except TimeoutError:
            self.rights = True  # a log-in ends by time alone
            return False
        self._rung.clear()
        return True


class LogIn:
    """Whether the browser that wants a stream is still logged in: looked at again when there is a reason."""

    def __init__(self, asking: Asking, bell: Bell) -> None:
        self._asking = asking
        self._bell = bell
        self.account = asking.account

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Have the bell rung when the log-in could have ended, while the block lasts."""
        folder = f"accounts/{self.account.id}"
        paths = f"{folder}/browsers.json", f"{folder}/account.json"
        with self._asking.services.store.changes.subscribe(*paths, on_change=self._bell.ring_for_rights):
            yield

    def holds(self) -> bool:
        """Whether it is; `account` is whose. Raises StoreError."""
        if self._bell.rights:
            services = self._asking.services
            account = browser_sessions.whose(services.store, self._asking.cookie, services.clock.now_ms())
            if account is None:
                return False
            self.account, self._bell.rights = account, False
        return True


Look = Callable[[], Timed | Gone]
Opened = Callable[[Bell], AbstractContextManager[Look]]


def own(asking: Asking, state: Callable[[Account], Timed], *watched: str, endings: tuple[str, ...] = ("",)) -> Events:
    """What `state` says of the one who asks, looked at again after a change below what is `watched`."""

    @contextmanager
    def opened(bell: Bell) -> Iterator[Look]:
        log_in = LogIn(asking, bell)
        with log_in.watched(), asking.services.store.changes.subscribe(*watched, endings=endings, on_change=bell.ring):
            yield lambda: state(log_in.account) if log_in.holds() else "logged_out"

    return feed(asking.services, opened, is_paged=asking.is_paged)


def own_read(asking: Asking, state: Callable[[Account, Reads], Timed]) -> Events:
    """What `state` says of the one who asks, looked at again after a change of something it has read."""

    @contextmanager
    def opened(bell: Bell) -> Iterator[Look]:
        log_in, memo = LogIn(asking, bell), Memo(asking.services.store, bell.ring)
        with log_in.watched(), closing(memo):
            yield lambda: state(log_in.account, memo) if log_in.holds() else "logged_out"

    return feed(asking.services, opened, is_paged=asking.is_paged)


async def feed(services: Services, opened: Opened, *, is_paged: bool = False) -> Events:
    """Events of what is found at first and whenever the bell was rung and it has changed, until there is an end to it.

    `opened` gives what looks for it, and sees to it that the bell is rung. A page that is told what differs
    (`is_paged`) gets `change`, others the whole `state`.
    """
    last: Timed | None = None
    number, bell = 0, Bell()
    with opened(bell) as look, services.metrics.event_stream():
        while not services.stopping.is_set():
            try:
                state = look()
            except StoreError:
                return  # the page comes back by itself, and is told then
            if isinstance(state, str):
                yield event("gone", number + 1, {"reason": state})
                return
            timeless = _timeless(state)
            if timeless != last:
                number = max(number + 1, int(state.now_ms))
                if is_paged and last is not None:
                    yield event("change", number, _difference(state, timeless, last))
                else:
                    yield event("state", number, state)
                last = timeless
            if not await bell.wait():
                yield STILL_HERE


def _difference(state: Timed, timeless: Timed, last: Timed) -> dict[str, object]:
    """The fields of `state` that are not as they were."""
    names = [name for name in state.__struct_fields__ if getattr(timeless, name) != getattr(last, name)]
    return {name: getattr(state, name) for name in ("now_ms", *names)}


def _timeless(state: Timed) -> Timed:
    """The state but for the moments at which it, and what is within it, was looked at: that alone is no news."""
    fields = {name: getattr(state, name) for name in state.__struct_fields__}
    within = {name: _timeless(value) for name, value in fields.items() if isinstance(value, Timed)}
    return replace(state, now_ms=0.0, **within)
