"""Who wants to know of which change. A wake-up is a hint: re-read what matters, never count events."""

import asyncio
import contextlib
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath

LOOK_AGAIN_S = 600.0
_SPREAD = random.Random(1)


class Subscription:
    """Waits for changes below some paths; many changes before one look become one wake-up."""

    def __init__(
        self, prefixes: tuple[str, ...], endings: tuple[str, ...], on_change: Callable[[str], None] | None = None
    ) -> None:
        self._prefixes = prefixes
        self._endings = endings
        self._on_change = on_change
        self._changed = asyncio.Event()

    @property
    def folders(self) -> set[str]:
        """Where it is looked up: the accounts, groups and the like within which its paths lie, else the names of files
        ("*/circle.json"); "" where it may be any.
        """
        names = {f"*{ending}" if ending.startswith("/") else "" for ending in self._endings}
        deep = [prefix for prefix in self._prefixes if prefix.count("/") > 1]
        return {*map(_folder, deep), *(names if len(deep) < len(self._prefixes) else ())}

    def cares_for(self, path: str) -> bool:
        """Whether `path` is one of those subscribed to, or a folder that holds or held some of them."""
        if path.startswith(self._prefixes):
            return path.endswith(self._endings) or not PurePath(path).suffix
        return any(prefix.startswith(f"{path}/") for prefix in self._prefixes)

    def wake(self, path: str = "") -> None:
        """Make the next or present wait return; `path` is what has changed, "" where anything may have."""
        self._changed.set()
        if self._on_change is not None:
            self._on_change(path)

    async def wait(self, within_s: float = LOOK_AGAIN_S) -> None:
        """Return once something has changed since the last return; also after a while in which nothing did.

        Waiting has an end even where a change was never told of. It differs, so that not all look again at once.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s * _SPREAD.uniform(0.75, 1.25)):
                await self._changed.wait()
        self._changed.clear()


class Changes:
    """Hands each change of the store to those who subscribed to its path, and asks nobody else whether they did."""

    def __init__(self) -> None:
        self._subscriptions: dict[str, set[Subscription]] = {}
        self.polls = False
        """Whether changes of other processes are found by looking again and again, as nobody tells of them."""

    @contextmanager
    def subscribe(
        self, *prefixes: str, endings: tuple[str, ...] = ("",), on_change: Callable[[str], None] | None = None
    ) -> Iterator[Subscription]:
        """A subscription to the paths with one of these beginnings and endings, for as long as the block lasts.

        `on_change` is called with the path of each change ("": anything may have changed), for those who wait for
        something else besides.
        """
        subscription = self.listen(*prefixes, endings=endings, on_change=on_change)
        try:
            yield subscription
        finally:
            self.forget(subscription)

    def listen(
        self, *prefixes: str, endings: tuple[str, ...] = ("",), on_change: Callable[[str], None] | None = None
    ) -> Subscription:
        """A subscription as by `subscribe`, until it is forgotten."""
        subscription = Subscription(prefixes, endings, on_change)
        for folder in subscription.folders:
            self._subscriptions.setdefault(folder, set()).add(subscription)
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Wake it no more."""
        for folder in subscription.folders:
            self._subscriptions[folder].discard(subscription)
            if not self._subscriptions[folder]:
                del self._subscriptions[folder]

    def notify(self, path: str) -> None:
        """Wake everybody who subscribed to `path` (relative to the store)."""
        name = path.rpartition("/")[2]
        folders = {_folder(path), f"*/{name}", ""} if "." in name else list(self._subscriptions)
        for subscription in {one for folder in folders for one in self._subscriptions.get(folder, ())}:
            if subscription.cares_for(path):
                subscription.wake(path)

    def wake_all(self) -> None:
        """Wake every subscriber, so that those who are to stop can look."""
        for subscription in {one for subscriptions in self._subscriptions.values() for one in subscriptions}:
            subscription.wake()


def _folder(path: str) -> str:
    """The account, group or the like that `path` lies in: its first two parts."""
    return "/".join(path.split("/", 2)[:2])
