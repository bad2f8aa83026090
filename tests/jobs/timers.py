"""Timers as the server writes them, and what was heard of their boundaries."""

import asyncio
from dataclasses import dataclass, field

from songswap.core.session.timeline import advance
from songswap.core.timer import timer as rules
from songswap.documents import GROUP_INTERVAL, GROUP_TICKS, INTERVAL, TICKS
from songswap.model.interval import Interval, Phase, Press, Ticks
from songswap.model.music import Track
from songswap.model.session import Night
from tests.evening import GROUP_ID, Evening

ROUND = (Phase("Round", 300),)
WORKOUT = (Phase("Work", 40), Phase("Rest", 20))


@dataclass
class Timer:
    """Ada's own timer, or with `is_group` her group's."""

    evening: Evening
    is_group: bool = False
    by: str = "ada"
    workout = WORKOUT
    rounds = ROUND

    def set_up(self, **wanted: object) -> None:
        """What the form asks for; it starts at once."""
        shape = Interval(**{"phases": ROUND, "repeat": 96, **wanted})
        self._write(rules.set_up(self.wish(), shape))
        self.press("start")

    def press(self, action: Press) -> None:
        """What a button asks for."""
        self._write(rules.press(self.wish(), action, self.by, self.evening.clock.now_ms()))

    def wish(self) -> Interval:
        """What is wanted."""
        name, document = (GROUP_ID, GROUP_INTERVAL) if self.is_group else (self.by, INTERVAL)
        return self.evening.store.read(document, name) or Interval()

    def ticks(self) -> Ticks:
        """What the worker did."""
        name, document = (GROUP_ID, GROUP_TICKS) if self.is_group else (self.by, TICKS)
        return self.evening.store.read(document, name) or Ticks()

    def night(self) -> Night:
        """What it knows of the player."""
        night = self.ticks().night
        assert night is not None
        return night

    def shown(self) -> Track | None:
        """What the page shows as playing now."""
        timeline = self.night().timeline
        return advance(timeline, self.evening.clock.now_ms()).track if timeline else None

    def boundary_at_ms(self, number: int) -> float:
        """When a boundary is, as things are."""
        timer = self.wish()
        assert timer.started_at_ms is not None
        return timer.started_at_ms + rules.boundary_ms(timer, number)

    def _write(self, timer: Interval) -> None:
        if self.is_group:
            self.evening.store.write(GROUP_INTERVAL, timer, GROUP_ID)
        else:
            self.evening.store.write(INTERVAL, timer, self.by)


@dataclass
class Ear:
    """Notes when another track begins at somebody's, and whether the one before had come to its end."""

    evening: Evening
    person: str = "ada"
    heard: list[tuple[float, bool]] = field(default_factory=list)
    listening: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Listen, for as long as the test lasts."""
        self.listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        player = self.evening.world.player(self.person)
        before = player.state()
        while True:
            await asyncio.sleep(0.05)
            state = player.state()
            if state.serial != before.serial:
                length_ms = self.evening.world.catalogue.duration_ms(before.uri) if before.uri else 0
                ended = before.position_at(state.changed_at_ms) >= length_ms - 1
                self.heard.append((state.changed_at_ms, ended))
            before = state

    def skipped(self) -> list[float]:
        """When one was cut short, in ms."""
        return [at_ms for at_ms, ended in self.heard if not ended]


def skips(evening: Evening, person: str = "ada") -> list[float]:
    """When Spotify was told to skip somebody's player, in ms, and did."""
    return [
        call.time_s * 1000
        for call in evening.world.calls
        if call.person == person and call.method == "POST" and call.path == "/v1/me/player/next" and call.status < 300
    ]


def commands(evening: Evening) -> list[str]:
    """Every command to a player that Spotify took."""
    return [
        call.path.rpartition("/")[2]
        for call in evening.world.calls
        if call.method != "GET" and "/me/player" in call.path and call.status < 300
    ]


def reads(evening: Evening) -> int:
    """How often a player or its queue was read."""
    return sum(call.method == "GET" and "/me/player" in call.path for call in evening.world.calls)
