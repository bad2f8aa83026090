"""What the address of a page about listening says, and the addresses beside it: another period, rule or thing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

import msgspec
from msgspec.structs import replace

from songswap.columns.figures.names import NamedItem
from songswap.columns.plays import Plays, Question
from songswap.core.insights.periods import Period, PeriodName, Step, day_of, zone_of
from songswap.web.insights.figure_request import CALENDAR, Answer, FigureRequest, PeriodQuery
from songswap.web.insights.insights_scope_url import ScopePlace
from songswap.web.kit.errors import ProblemError, Way
from songswap.web.kit.services import Services

DAYS: Final = ("from", "to")
SPAN: Final = ("period", "at", *DAYS)


@dataclass(frozen=True)
class View:
    """One page about the listening of a place, in the time and the manner of its address.

    `path` is what follows the place's own address, `query` what follows the question mark. `reach` is when the first
    and the last play ended that there is of these people, in ms.
    """

    place: ScopePlace
    path: str
    query: Mapping[str, str]
    question: Question
    reach: tuple[int, int] | None
    asking: FigureRequest = field(repr=False)

    @property
    def period(self) -> Period:
        """What is looked at."""
        return self.question.period

    @property
    def today(self) -> date:
        """The day it is where the reader is."""
        return self.question.today

    @property
    def days(self) -> int:
        """How many days of the period have begun."""
        return max((min(self.period.last_day, self.today) - self.period.first_day).days + 1, 0)

    @property
    def zone(self) -> str:
        """In which days are reckoned."""
        return self.period.zone

    async def ask(
        self, figure: Callable[[Plays], Answer], kind: type[Answer], accounts: tuple[str, ...] = ()
    ) -> Answer:
        """What a figure, a function or a partial of one, answers; of `accounts` instead if there are any.

        Raises ProblemError.
        """
        question = replace(self.question, accounts=accounts) if accounts else self.question
        return await self.asking.find(figure, kind, question)

    def href(self, path: str | None = None, **changes: str | None) -> str:
        """The address of this page, or of another `path` of the same people, with `changes` to what is asked for.

        None takes something away. Days go with a custom period only, a day `at` with a week, month or year.
        """
        asked = _fitting({name: text for name, text in {**self.query, **changes}.items() if text is not None})
        address = self.place.base + (self.path if path is None else path)
        return f"{address}?{urlencode(asked)}" if asked else address

    @property
    def kept(self) -> str:
        """What is asked for, as the end of an address about other people."""
        return urlencode(self.query)

    def item(self, one: NamedItem) -> str:
        """The address of the own page of an artist, an album or a track; empty for anything else."""
        for path, thing in (("artists", one.artist), ("albums", one.album), ("tracks", one.track)):
            if thing:
                return self.href(f"/{path}/{thing.id}")
        return ""

    def about(self, step: Step, day: date) -> str:
        """The address of the overview of the day, week or month that begins with `day`."""
        if step == "day":
            return self.href("", **{"period": "custom", "from": f"{day}", "to": f"{day}"})
        return self.href("", period=step, at=f"{day}")

    def year(self, number: int) -> str:
        """The address of the page to show around of that year."""
        return self.href(f"/year/{number}", **dict.fromkeys(SPAN))

    @property
    def earlier(self) -> str:
        """The address of the week, month or year before; empty where there is none, or nothing in it."""
        eve = self.period.first_day - timedelta(days=1)
        is_there = self.period.name in CALENDAR and self.reach is not None and self.reach[0] < self.period.from_ms
        return self.href(at=f"{eve}") if is_there else ""

    @property
    def later(self) -> str:
        """The address of the week, month or year after; empty where there is none, or it has not begun."""
        morrow = self.period.last_day + timedelta(days=1)
        return self.href(at=f"{morrow}") if self.period.name in CALENDAR and morrow <= self.question.today else ""

    @property
    def years(self) -> list[int]:
        """The years of which there is anything, the latest first."""
        if self.reach is None:
            return []
        first, last = (day_of(at_ms, zone_of(self.zone)).year for at_ms in self.reach)
        return list(range(last, first - 1, -1))


async def look(services: Services, place: ScopePlace, path: str, given: Mapping[str, str], usual: PeriodName) -> View:
    """The page that `given`, what the address says, asks for; without a period `usual`. Raises ProblemError (400)."""
    query = {name: text for name, text in given.items() if text}
    query.setdefault("period", "custom" if any(name in query for name in DAYS) else usual)
    query = _fitting(query)
    try:
        data = msgspec.convert(query, PeriodQuery, strict=False)
    except msgspec.ValidationError as error:
        ways = (Way("Show what is usual", place.base + path),)
        raise ProblemError(400, "invalid", f"The address does not fit: {error}.", ways=ways) from error
    asking = FigureRequest(services, place.reader, place.scope)
    question = await asking.question(data)
    return View(place, path, query, question, await services.columns.reach(place.scope.accounts), asking)


def _fitting(query: Mapping[str, str]) -> dict[str, str]:
    """Without what doesn't go with the period; a form sends it along all the same."""
    period = query.get("period")
    unfit = {*(DAYS if period != "custom" else ()), *(("at",) if period not in CALENDAR else ())}
    return {name: text for name, text in query.items() if name not in unfit}
