"""The plays a question is about, as a relation that SQL can ask."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Literal

from songswap.columns import sql
from songswap.columns.libraries import LibraryShelf, YearFile
from songswap.columns.recent import Recent
from songswap.columns.schema import PLAY_COLUMNS
from songswap.core.insights.periods import Period
from songswap.model.history import Gap
from songswap.model.sharing import CountingRule, WeekStart
from songswap.model.struct import Struct

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

By = Literal["plays", "minutes"]
Row = tuple[Any, ...] | None
Rows = list[tuple[Any, ...]]

PAUSED: Final = "paused"
"""Why a gap is shown but takes nothing from the figures: what people didn't want recorded isn't missing."""

HELD: Final = "held"


class Question(Struct, frozen=True):
    """Whose plays are asked for, of which period, counted how. `before` is the period to compare with.

    Plays of private sessions are only in it `with_private`. `today` is the day in the reader's zone.
    """

    accounts: tuple[str, ...]
    period: Period
    before: Period | None
    today: date
    rule: CountingRule = "30s"
    by: By = "plays"
    week_start: WeekStart = "monday"
    with_private: bool = False


class Plays:
    """Asks what is on `shelf`, the libraries of `question.accounts` in that order, what a figure wants to know."""

    def __init__(
        self, cursor: "DuckDBPyConnection", question: Question, shelf: LibraryShelf, names: Recent[Row]
    ) -> None:
        """`names` are rows that were looked up lately: by file, column and hash; None for what is not in that file."""
        self.question = question
        self.shelf = shelf
        self.names = names
        self._cursor = cursor
        self._doubts: dict[Period, tuple[bool, bool]] = {}
        self._held = False

    def rows(self, query: str) -> Rows:
        """What `query` finds."""
        return self._cursor.execute(query).fetchall()

    def row(self, query: str) -> tuple[Any, ...]:
        """The one row that `query` finds."""
        return self.rows(query)[0]

    def keep(self, name: str, query: str, *, is_more: bool = False) -> str:
        """Hold what `query` finds in memory, under `name`, for as long as this question is being answered.

        It is added to what is held under that name if it `is_more` of it.
        """
        self._cursor.execute(
            f"INSERT INTO {name} {query}" if is_more else f"CREATE OR REPLACE TEMP TABLE {name} AS {query}"
        )
        return name

    def hold(self) -> None:
        """Read the plays of the question's period that count now, and only once: many things will be asked of them."""
        asked = self.question.period
        ordered = _union(self._parts(asked.from_ms, asked.to_ms, self.question.rule), in_order=True)
        self.keep(HELD, f"SELECT who, started_at_ms, ended_at_ms, track, artist, album, ms FROM {ordered}")
        self._held = True

    def counted(self, period: Period | None = None) -> str:
        """The plays of the period (the question's if none is given) that count, as a relation.

        Its columns are those of the years' files, and `who` (whose it is, by place in `question.accounts`) and `ms`
        (for how long it was heard, at least).
        """
        if self._held and period in {None, self.question.period}:
            return HELD
        asked = period or self.question.period
        return self.between(asked.from_ms, asked.to_ms)

    def between(self, from_ms: int, to_ms: int) -> str:
        """The same, of the plays that ended from `from_ms` up to before `to_ms`."""
        return _union(self._parts(from_ms, to_ms, self.question.rule))

    def in_order(self, who: int) -> str:
        """The same of one person, in the order of the files: oldest first."""
        if self._held:
            return f"(SELECT * FROM {HELD} WHERE who = {who})"
        asked = self.question.period
        parts = [part for part in self._parts(asked.from_ms, asked.to_ms, self.question.rule) if part.who == who]
        return _union(parts, in_order=True)

    def everything(self) -> str:
        """The plays of the question's period whether they count or not, with the same columns."""
        asked = self.question.period
        return _union(self._parts(asked.from_ms, asked.to_ms, "all"))

    def doubts(self, period: Period) -> tuple[bool, bool]:
        """Whether plays are missing among those that count, and minutes: there is a gap, or nobody can tell."""
        if period not in self._doubts:
            self._doubts[period] = self._find_doubts(period)
        return self._doubts[period]

    def _find_doubts(self, period: Period) -> tuple[bool, bool]:
        if any(is_in(gap, period) and gap.why != PAUSED for library in self.shelf.libraries for gap in library.gaps):
            return True, True
        rule = self.question.rule
        parts = [
            part
            for part in self._parts(period.from_ms, period.to_ms, "all")
            if part.year.has_unknown_ms or (rule == "finished" and part.year.has_unknown_end)
        ]
        if not parts:
            return False, False
        counts = sql.verdict(rule)
        plays, minutes = self.row(
            f"SELECT coalesce(bool_or(({counts}) IS NULL), false),"
            f" coalesce(bool_or(({counts}) AND {sql.UNKNOWN_MS}), false) FROM {_union(parts)}"
        )
        return plays, plays or minutes

    def _parts(self, from_ms: int, to_ms: int, rule: CountingRule) -> list["_Part"]:
        """The files that reach into the span, in the order of accounts and years, each with what to take of it."""
        return [
            _Part(who, year, sql.listened_ms(has_unknown_ms=year.has_unknown_ms), " AND ".join(conditions))
            for who, library in enumerate(self.shelf.libraries)
            for year in library.years
            if year.last_ms >= from_ms and year.first_ms < to_ms
            for conditions in [self._conditions(year, from_ms, to_ms, rule)]
        ]

    def _conditions(self, year: YearFile, from_ms: int, to_ms: int, rule: CountingRule) -> Iterator[str]:
        """What a play of that file has to meet; nothing that all of them do."""
        if year.first_ms < from_ms:
            yield f"ended_at_ms >= {from_ms}"
        if year.last_ms >= to_ms:
            yield f"ended_at_ms < {to_ms}"
        if year.has_private and not self.question.with_private:
            yield "NOT private"
        if rule != "all":
            yield f"({sql.verdict(rule, has_unknown_ms=year.has_unknown_ms)})"


class _Part(Struct, frozen=True):
    """What to take of one file."""

    who: int
    year: YearFile
    listened_ms: str
    condition: str

    @property
    def kind(self) -> tuple[str, str]:
        """Files of the same kind are read together."""
        return self.listened_ms, self.condition


def is_in(gap: Gap, period: Period) -> bool:
    """Whether any of the gap lies in the period."""
    return gap.from_ms < period.to_ms and gap.to_ms > period.from_ms


def _union(parts: Sequence[_Part], *, in_order: bool = False) -> str:
    """The plays of all parts as one relation.

    DuckDB keeps the order of files and rows through scans, tables, WHERE, UNION ALL and windows with an empty OVER
    (its manual's page “Order Preservation”), so what comes in the order wanted needs no sorting.
    """
    if not parts:
        return "(SELECT " + ", ".join(f"NULL::{kind} AS {name}" for name, kind in _COLUMNS.items()) + " WHERE false)"
    if not in_order:
        parts = sorted(parts, key=lambda part: part.kind)
    return "(" + " UNION ALL ".join(_select(kind, list(alike)) for kind, alike in groupby(parts, _kind)) + ")"


def _kind(part: _Part) -> tuple[str, str]:
    return part.kind


def _select(kind: tuple[str, str], parts: Sequence[_Part]) -> str:
    listened_ms, condition = kind
    files = sql.literals(part.year.path for part in parts)
    whose = sorted({part.who for part in parts})
    who = str(whose[0]) if len(whose) == 1 else f"{[part.who for part in parts]}[file_index::INTEGER + 1]"
    where = f" WHERE {condition}" if condition else ""
    return f"SELECT *, {who} AS who, {listened_ms} AS ms FROM read_parquet([{files}]){where}"


_COLUMNS: Final = {**PLAY_COLUMNS, "who": "INTEGER", "ms": "INTEGER"}
