"""Pages people listen in, as the worker sees them: what they report, what they are ordered, what is learned of them."""

import asyncio
import contextlib

from msgspec.structs import replace

from songswap.clock import Clock
from songswap.core.session.latency import LatencyTable
from songswap.core.session.web_player import chosen, here_id, is_quiet, known_as
from songswap.documents import ORDERS, TAB, WISH, Wish
from songswap.model.tabs import Order, Orders, Tab
from songswap.store import Store

KEPT = 8
PATIENCE_MS = 1_200.0
"""So long after it should have been carried out a page's answer is waited for before Spotify is told instead."""


class WebPlayers:
    """Reads what pages report, each report once; writes what they are told."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._taken: dict[str, tuple[str, str, int]] = {}

    def tab(self, account: str, wish: Wish) -> Tab | None:
        """The page `account` wants to listen in, if it has reported; None where it is a device."""
        return chosen(self._store.read(TAB, account), wish.tab)

    def tab_of(self, account: str) -> Tab | None:
        """The same, by what `account` wishes now."""
        return self.tab(account, self._store.read(WISH, account) or Wish())

    def is_quiet(self, account: str) -> bool:
        """Whether `account` listens in a page that was not heard of for a while."""
        tab = self.tab_of(account)
        return tab is not None and is_quiet(tab, self._clock.now_ms())

    def is_new(self, account: str, tab: Tab) -> bool:
        """Whether this report was not taken in yet; asked once for each."""
        number = (tab.tab, tab.device_id, tab.seq)
        if self._taken.get(account) == number:
            return False
        self._taken[account] = number
        return True

    async def order(self, account: str, tab: str, wanted: Order) -> bool:
        """Have the page do something, whatever its number; False if it says that it could not, or does not answer."""
        known = self._store.read(ORDERS, account) or Orders()
        number = known.items[-1].number + 1 if known.items else 1
        items = (*known.items, replace(wanted, number=number))[-KEPT:]
        with self._store.changes.subscribe(TAB.path(account)) as changes:
            self._store.write(ORDERS, Orders(tab, items), account)
            wait_s = max(0.0, wanted.at_ms + PATIENCE_MS - self._clock.now_ms()) / 1000
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    while True:
                        now = self._store.read(TAB, account)
                        if now is None or now.tab != tab or now.failed >= number:
                            return False
                        if now.done >= number:
                            return True
                        await changes.wait()
        return False


def with_page(table: LatencyTable, tab: Tab | None) -> LatencyTable:
    """The table with what is known of the page under the device id it has now."""
    if tab is None:
        return table
    name = known_as(tab)
    now = {tab.device_id: table.get(name, {}), here_id(tab.device_id): table.get(here_id(name), {})}
    return {**table, **now}


def kept_as(device_id: str, tab: Tab | None) -> str:
    """The name by which something learned under `device_id` is kept."""
    if tab is not None and device_id in {tab.device_id, here_id(tab.device_id)}:
        return device_id.replace(tab.device_id, known_as(tab))
    return device_id
