"""A page somebody listens in, without a browser: it reports and obeys as ours does, in virtual time as well.

What lies between it and the worker is the network: each way takes as long as the profile says, and by that the page
reckons its clock, as our page does. What the server would write down for it is written here.
"""

import asyncio
import contextlib
import random
import secrets
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from songswap.documents import ORDERS, TAB, WISH, Orders, Wish
from songswap.model.music import Device, Playback, Track
from songswap.model.tabs import Order, Tab
from songswap.simulator import tabs as spotify
from songswap.simulator.wire import Wire
from tests.evening import Evening

PROBES = 7
SOON_S = 0.05
SETTLED_S = 1.0
MOST_REPORTS = 4
"""In any second."""
HEARTBEAT_S = 10.0
HASTE_S = 0.02
TIMER_MS = 4.0
"""How late a timer of a browser usually is."""
STALE_MS = 5_000.0


class VirtualTab:
    """One page of one person."""

    def __init__(self, evening: Evening, person: str, name: str = "A page") -> None:
        self.evening = evening
        self.person = person
        self.name = name
        self.id = secrets.token_hex(8)
        self.browser = f"browser-of-{person}"
        self.is_deaf = False
        """Takes no orders: its connection is one way only."""
        self.is_asleep = False
        """Neither reports nor takes orders."""
        self.is_blocked = False
        self.is_hasty = False
        """Says that an order is carried out a moment before that shows."""
        self.device: Any = None
        self.orders_done: list[Order] = []
        self._seq = 0
        self._sent_s: deque[float] = deque(maxlen=MOST_REPORTS)
        self._done = 0
        self._failed = 0
        self._taken = 0
        self._chance = evening.world.chance
        self._rng = random.Random(f"{person} {evening.world.seed}")
        self._offset_ms, self.trip_ms = self._compare_clocks()
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def player(self) -> Any:
        """The person's player at Spotify."""
        return self.evening.world.player(self.person)

    def open(self) -> None:
        """“Listen here”."""
        self.device = spotify.open_tab(self.evening.world, self.evening.world.person(self.person), self.name, 0.6)
        wish = self.evening.store.read(WISH, self.person) or Wish()
        self.evening.store.write(WISH, msgspec.structs.replace(wish, tab=self.id), self.person)
        self.player.watchers.add(self._changed.set)
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._report_on()), loop.create_task(self._take_orders())]

    async def close(self, *, says_bye: bool = True) -> None:
        """The page goes."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        self.player.watchers.discard(self._changed.set)
        spotify.close_tab(self.evening.world, self.evening.world.person(self.person), self.device)
        if says_bye:
            self.write(gone_at_ms=self.evening.clock.now_ms())

    async def reload(self, away_s: float = 2.0) -> None:
        """The page goes and comes back, as another device."""
        await self.close()
        await asyncio.sleep(away_s)
        self.open()

    def block(self, *, on: bool) -> None:
        """The browser lets the page make no sound, or does again; the person taps on it then."""
        self.is_blocked = on
        if on and self.player.state().device_id == self.device.id:
            self.player.pause()
        self._changed.set()

    def write(self, **changes: Any) -> None:
        """Write down what the page said last, changed."""
        before = self.evening.store.read(TAB, self.person)
        assert before is not None
        self.evening.store.write(TAB, msgspec.structs.replace(before, **changes), self.person)

    def _compare_clocks(self) -> tuple[float, float]:
        """By how much the page takes the server's clock to be ahead of what it is, and the round trip this is from."""
        ways = [(self._chance.travel_s() * 1000, self._chance.travel_s() * 1000) for _ in range(PROBES)]
        there_ms, back_ms = min(ways, key=sum)
        return (there_ms - back_ms) / 2, there_ms + back_ms

    async def _report_on(self) -> None:
        loop = asyncio.get_running_loop()
        known: tuple[tuple[int, int], object] = ((-1, -1), None)
        due_s = 0.0
        while True:
            self._changed.clear()
            if (news := self._news()) != known or loop.time() >= due_s:
                is_order = news[0] != known[0]
                await self._hold_back(0.0 if is_order or news == known else SOON_S)
                news = self._news()
                due_s = loop.time() + (SETTLED_S if news != known else HEARTBEAT_S)
                known = news
                if not self.is_asleep:
                    self._sent_s.append(loop.time())
                    self._tasks.append(loop.create_task(self._send(self._report())))
            now_ms = self.evening.clock.now_ms()
            until_s = min(due_s - loop.time(), (self.player.changes_at_ms() - now_ms) / 1000)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.001, until_s)):
                    await self._changed.wait()

    def _news(self) -> tuple[tuple[int, int], object]:
        """What is reported when it changes: the orders carried out or not at once, all else a moment later."""
        state = self.player.state()
        seen = (state.serial, state.changed_at_ms, state.is_playing, state.device_id, self.is_blocked, self._volume())
        return (self._done, self._failed), seen

    def _volume(self) -> int | None:
        return self.player.state().volume_percents.get(self.device.id)

    async def _hold_back(self, wait_s: float) -> None:
        """No more than a few reports in any second."""
        now_s = asyncio.get_running_loop().time()
        allowed_s = self._sent_s[0] + 1.0 if len(self._sent_s) == MOST_REPORTS else now_s
        await asyncio.sleep(max(wait_s, allowed_s - now_s))

    def _report(self) -> Tab:
        evening, now_ms = self.evening, self.evening.clock.now_ms()
        self._seq += 1
        wire = Wire(evening.world.catalogue, evening.url)
        state = spotify.tab_state(evening.world, wire, evening.world.person(self.person), self.device)
        window = state["sdk"]["track_window"] if state else None
        reading = None
        if state is not None and window is not None:
            elapsed_ms = now_ms - state["at_ms"] if state["is_playing"] else 0.0
            bias_ms = self._chance.here_bias_ms()
            reading = Playback(
                track=_track(window["current_track"]),
                is_playing=state["is_playing"],
                progress_ms=max(0, round(state["position_ms"] + elapsed_ms + bias_ms)),
                measured_at_ms=now_ms + self._offset_ms,
                device=Device(self.device.id, self.name, "Computer", is_active=True, volume_percent=self._volume()),
                context_uri=state["sdk"]["context"]["uri"] or None,
                repeat=("off", "context", "track")[state["sdk"]["repeat_mode"]],
            )
        return Tab(
            tab=self.id,
            browser=self.browser,
            device_id=self.device.id,
            device_name=self.name,
            seq=self._seq,
            is_blocked=self.is_blocked,
            reading=reading,
            upcoming=tuple(_track(one) for one in window["next_tracks"]) if window else (),
            trip_ms=self.trip_ms,
            done=self._done,
            failed=self._failed,
        )

    async def _send(self, report: Tab) -> None:
        await asyncio.sleep(self._chance.travel_s())
        wish = self.evening.store.read(WISH, self.person)
        if wish is None or wish.tab != self.id:
            return  # another page has taken over
        known = self.evening.store.read(TAB, self.person)
        if known is not None and known.tab == report.tab and known.seq >= report.seq:
            return  # another has overtaken it
        heard = msgspec.structs.replace(report, heard_at_ms=self.evening.clock.now_ms())
        self.evening.store.write(TAB, heard, self.person)

    async def _take_orders(self) -> None:
        known = self.evening.store.read(ORDERS, self.person) or Orders()
        self._taken = max((one.number for one in known.items), default=0)
        loop = asyncio.get_running_loop()
        with self.evening.store.changes.subscribe(ORDERS.path(self.person)) as changes:
            while True:
                await changes.wait()
                orders = self.evening.store.read(ORDERS, self.person) or Orders()
                fresh = [one for one in orders.items if one.number > self._taken]
                if self.is_deaf or self.is_asleep or orders.tab != self.id:
                    continue
                for order in fresh:
                    self._taken = order.number
                    self._tasks.append(loop.create_task(self._obey(order)))

    async def _obey(self, order: Order) -> None:
        await asyncio.sleep(self._chance.travel_s())
        now_ms = self.evening.clock.now_ms() + self._offset_ms
        late_ms = max(0.0, now_ms - order.at_ms)
        await asyncio.sleep((max(0.0, order.at_ms - now_ms) + abs(self._rng.gauss(0, TIMER_MS))) / 1000)
        await asyncio.sleep(self._chance.here_ms() / 1000)
        if self.is_hasty:
            self._done = order.number
            self._changed.set()
            await asyncio.sleep(HASTE_S)
        try:
            self._carry_out(order, order.position_ms + late_ms)
            self._done = order.number
            self.orders_done.append(order)
        except ValueError:
            self._failed = order.number
        self._changed.set()

    def _carry_out(self, order: Order, position_ms: float) -> None:
        person = self.evening.world.person(self.person)
        assert person is not None
        now_ms = self.evening.clock.now_ms()

        def do(action: str, **fields: object) -> None:
            change = spotify.change_of(self.player, self.device, {"action": action, **fields})
            self.player.do_here(self.device.id, change, now_ms)

        match order.kind:
            case "seek":
                do("seek", position_ms=position_ms)
            case "resume":
                do("seek", position_ms=position_ms)
                do("resume")
            case "next":
                do("next")
                if position_ms > 50:
                    do("seek", position_ms=position_ms)
            case "volume":
                do("volume", volume_percent=order.volume_percent)
            case kind:
                do(kind)


def _track(body: dict[str, Any]) -> Track:
    return Track(
        uri=body["uri"],
        name=body["name"],
        artists=tuple(one["name"] for one in body["artists"]),
        duration_ms=body["duration_ms"],
        kind="ad" if body["type"] == "ad" else body["type"],
    )


@contextlib.asynccontextmanager
async def listening_in_tabs(evening: Evening, *people: str) -> AsyncIterator[dict[str, VirtualTab]]:
    """Everybody of `people` listens in a page."""
    tabs = {person: VirtualTab(evening, person, f"{person}’s page") for person in people}
    for tab in tabs.values():
        tab.open()
    try:
        yield tabs
    finally:
        for tab in tabs.values():
            await tab.close(says_bye=False)
