"""What is written here and now, handed to the pages that are open: each of them once, in order."""

import secrets
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Literal

from songswap.model.posts import Place, Post
from songswap.model.struct import Struct

REPLAYED: Final = 300
"""Events of each place that are remembered for pages that were cut off for a while."""
MOST_WAITING: Final = 500
"""Events a page may have to catch up with before it is better told to begin anew."""


Topic = Place | Literal["notices"] | None
"""What a page listens to: a place; nothing but what is for its account alone; everything (None)."""


class Event(Struct, frozen=True):
    """Something about post `post` of `place`, ready to be sent; `n` is the number of the row that made it so.

    `n` is 0 for what is of the moment only, and not remembered: who is here, who is typing. `names` are the accounts
    that `data` tells of besides `by`: who may not see one of them is sent it without.
    """

    place: Place
    n: int
    name: str
    data: bytes
    by: str = ""
    post: Post | None = None
    names: frozenset[str] = frozenset()


class Subscriber:
    """An open page: what it still has to be told. `wake` is called when there is more."""

    def __init__(self, account: str, wake: Callable[[], None]) -> None:
        self.account = account
        self.wake = wake
        self.is_behind = False
        self._waiting: deque[Event] = deque()

    def tell(self, event: Event) -> None:
        """Have the page hear of it; one that is too far behind has to begin anew."""
        if len(self._waiting) >= MOST_WAITING:
            self.is_behind = True
            self._waiting.clear()
        self._waiting.append(event)
        self.wake()

    def take(self) -> list[Event]:
        """What there is to tell by now."""
        taken = list(self._waiting)
        self._waiting.clear()
        return taken


class _Past:
    """The latest events of a place; all after number `since` are there."""

    def __init__(self, since: int) -> None:
        self.since = since
        self._events: deque[Event] = deque()

    def add(self, event: Event) -> None:
        self._events.append(event)
        if len(self._events) > REPLAYED:
            self.since = self._events.popleft().n

    def after(self, n: int) -> list[Event] | None:
        return None if n < self.since else [event for event in self._events if event.n > n]


class Hub:
    """Brings what is written to the pages that show its place, and those that show everything (`everywhere`).

    `epoch` tells this run of the server from others: what a page saw in another can't be continued.
    """

    def __init__(self) -> None:
        self.epoch = secrets.token_hex(4)
        self._past: dict[Place, _Past] = {}
        self.typing: dict[Place, dict[str, float]] = {}
        """Until when whom is taken to be typing where."""
        self.announcing: set[Place] = set()
        """Chats of which it will be told in a moment who is there."""
        self._listeners: dict[Topic, list[Subscriber]] = {}

    @contextmanager
    def join(self, place: Topic, account: str, wake: Callable[[], None]) -> Iterator[Subscriber]:
        """A listener to `place` (None: to all of them), and to what is for `account` alone, while the block lasts."""
        listener = Subscriber(account, wake)
        self._listeners.setdefault(place, []).append(listener)
        try:
            yield listener
        finally:
            self._listeners[place].remove(listener)
            if not self._listeners[place]:
                del self._listeners[place]

    def publish(self, event: Event, before: int = 0) -> None:
        """Tell whoever listens. `before` is the number of the row before, which begins the past of a place."""
        if event.n:
            self._past.setdefault(event.place, _Past(before)).add(event)
        for listener in (*self._listeners.get(event.place, ()), *(self._listeners.get(None, ()) if event.n else ())):
            listener.tell(event)

    def whisper(self, account: str, event: Event) -> None:
        """Tell the open pages of one person, whatever they show; nobody else hears of it."""
        for listener in [one for listeners in self._listeners.values() for one in listeners if one.account == account]:
            listener.tell(event)

    def missed(self, place: Place, epoch: str, n: int) -> list[Event] | None:
        """What came after number `n`, which a page saw in `epoch`; None if that is not known any more."""
        if epoch != self.epoch:
            return None
        past = self._past.get(place)
        return [] if past is None else past.after(n)

    def forget_gone(self, is_there: Callable[[Place], bool]) -> None:
        """Let go of the past of places that are gone."""
        for place in [place for place in {*self._past, *self.typing} if not is_there(place)]:
            self._past.pop(place, None)
            self.typing.pop(place, None)
            self.announcing.discard(place)

    def here(self, place: Place) -> tuple[str, ...]:
        """The accounts whose pages show `place`, once each."""
        return tuple(sorted({listener.account for listener in self._listeners.get(place, ())}))
