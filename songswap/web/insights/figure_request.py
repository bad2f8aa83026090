"""From the address of a figure to a question, and from the answer to JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta
from msgspec.structs import replace
from quart import Response

from songswap.columns.figures.answers import Figure
from songswap.columns.figures.pages import NeverHeardError
from songswap.columns.figures.people import TooManyPeopleError
from songswap.columns.plays import By, Plays, Question
from songswap.core.insights import periods
from songswap.core.insights.periods import Period, PeriodError, PeriodName
from songswap.model.sharing import CountingRule, WeekStart
from songswap.web.insights.insights_access import FigureReader, Scope, people, scope_of
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body
from songswap.web.kit.services import Services

Answer = TypeVar("Answer", bound=Figure)
Options = dict[str, Any]

LONGEST_SCOPE = 80
NEVER_HEARD = "never_heard"
CALENDAR = frozenset({"week", "month", "year"})


class CountingQuery(Body, frozen=True):
    """How to count: in which time zone, from which day on weeks go, which plays count, by plays or by minutes.

    What is left out is as the account has it.
    """

    zone: Annotated[str, Meta(max_length=periods.LONGEST_ZONE)] = ""
    week_start: WeekStart | None = None
    rule: CountingRule | None = None
    by: By = "plays"

    def options(self, _named: str) -> Options:
        """What else the figure is given; `_named` is what the path names. Raises ProblemError."""
        return {}


class ScopeQuery(CountingQuery, frozen=True):
    """Whose figures: `scope` is me, everybody, group:ID or account:ID."""

    scope: Annotated[str, Meta(max_length=LONGEST_SCOPE)] = "me"

    def scope_for(self, services: Services, reader: FigureReader) -> Scope:
        """Whose plays `reader` asks for. Raises ProblemError."""
        return scope_of(services, reader, self.scope)


class PeriodQuery(CountingQuery, frozen=True):
    """Which time: a `period` (the week, month or year with the day `at`), or the days `from` and `to`; else all."""

    period: PeriodName | None = None
    first: date | None = msgspec.field(default=None, name="from")
    last: date | None = msgspec.field(default=None, name="to")
    at: date | None = None

    def span(self, _named: str) -> "PeriodQuery":
        """The time that is asked for."""
        return self


class FigureQuery(PeriodQuery, frozen=True):
    """Whose figures: `scope` is me, everybody, group:ID or account:ID."""

    scope: Annotated[str, Meta(max_length=LONGEST_SCOPE)] = "me"

    def scope_for(self, services: Services, reader: FigureReader) -> Scope:
        """Whose plays `reader` asks for. Raises ProblemError."""
        return scope_of(services, reader, self.scope)


@dataclass(frozen=True)
class FigureRequest:
    """Somebody asks for a figure about `scope`."""

    services: Services
    reader: FigureReader
    scope: Scope

    async def answer(self, figure: Callable[[Plays], Answer], kind: type[Answer], data: PeriodQuery) -> Response:
        """The figure in the time and the manner of `data`, as JSON. Raises ProblemError."""
        found = await self.find(figure, kind, await self.question(data))
        return Response(msgspec.json.encode(found), mimetype="application/json")

    async def find(self, figure: Callable[[Plays], Answer], kind: type[Answer], question: Question) -> Answer:
        """What the figure answers to `question`. Raises ProblemError."""
        try:
            found = await self.services.columns.ask(figure, kind, question)
        except PeriodError as error:
            raise ProblemError(400, "invalid", str(error)) from error
        except NeverHeardError as error:
            raise ProblemError(404, NEVER_HEARD, "Nobody here has ever heard that, as far as plays count.") from error
        except TooManyPeopleError as error:
            raise ProblemError(400, "too_many_people", "That is only told of up to 62 people.") from error
        return replace(found, about=replace(found.about, people=people(self.services.store, self.scope.accounts)))

    async def question(self, data: PeriodQuery) -> Question:
        """What is asked for in the time and the manner of `data`. Raises ProblemError (400)."""
        try:
            return await self._question(data)
        except PeriodError as error:
            raise ProblemError(400, "invalid", str(error)) from error

    async def _question(self, data: PeriodQuery) -> Question:
        now_ms = self.services.clock.now_ms()
        zone = periods.zone_of(data.zone or self.reader.account.zone)
        week_start = data.week_start or self.reader.sharing.week_start
        name = _name_of(data)
        period = partial(periods.period, zone=zone, now_ms=now_ms, week_start=week_start)
        if name == "all" or (name == "custom" and data.first is None):
            everything = period("all", reach_ms=await self.services.columns.reach(self.scope.accounts))
            asked = everything if name == "all" else _until(data.last, everything, period)
        else:
            asked = period(name, at=data.at, first=data.first, last=data.last)
        return Question(
            accounts=self.scope.accounts,
            period=asked,
            before=periods.period_before(asked, now_ms, week_start=week_start),
            today=periods.day_of(now_ms, zone),
            rule=data.rule or self.reader.sharing.rule,
            by=data.by,
            week_start=week_start,
            with_private=self.scope.with_private,
        )


def _until(last: date | None, everything: Period, period: Callable[..., Period]) -> Period:
    """All there is up to the day `last`."""
    last = last or everything.last_day
    return period("custom", first=min(everything.first_day, max(last, periods.FIRST_DAY)), last=last)


def _name_of(data: PeriodQuery) -> PeriodName:
    """Which period is meant. Raises PeriodError where the fields contradict each other."""
    has_days = data.first is not None or data.last is not None
    name = data.period or ("custom" if has_days else "all")
    if has_days and name != "custom":
        raise PeriodError(f"Ask for period={name}, or for from and to; not for both.")
    if name == "custom" and not has_days:
        raise PeriodError("A custom period needs from and to: from=2026-01-01&to=2026-01-31.")
    if data.at is not None and name not in CALENDAR:
        raise PeriodError("at goes with period=week, month or year.")
    return name
