"""Every figure says the same as a plain, slow implementation of it, on random stores."""

import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from songswap.columns.figures import listens, pages, people
from songswap.columns.plays import Question
from songswap.columns.query import Engine
from songswap.core.insights.periods import between
from songswap.web.insights.figure_table import TABLE, FigureRow, MatchQuery
from tests.columns.oracle import Oracle
from tests.columns.shelves import ZONES, Row, Shelved, Stored, questions, shelve, stores

SOME_YEAR = Question(
    (), between("custom", ZoneInfo("UTC"), date(2026, 1, 1), date(2026, 12, 31)), None, date(2026, 12, 31)
)
PAGES: dict[type[Any], str] = {pages.ArtistPage: "artist", pages.AlbumPage: "album", pages.TrackPage: "track"}
OTHERS: list[tuple[Callable[..., Any], type[Any], dict[str, Any]]] = [
    (listens.latest, listens.Latest, {"limit": 4}),
]
"""Figures without a route of their own, which parts of pages ask for."""


def asked_of(row: FigureRow) -> Iterator[dict[str, Any]]:
    """What the figure is given at each of its examples; the ids in a path are put in by the test."""
    for example in row.asked:
        path, _, query = example.partition("?")
        given = dict(pair.split("=") for pair in query.split("&") if pair)
        data = msgspec.convert({**given, **({"with": "bob"} if row.name == "match" else {})}, row.query, strict=False)
        yield {} if "{" in path else data.options(path.partition("/")[2])


def drawn(data: st.DataObject, options: dict[str, Any]) -> dict[str, Any]:
    """Lists short enough to be cut off, and from some place on."""
    drawn_of = {"limit": st.integers(1, 5), "start": st.integers(0, 3)}
    return options | {name: data.draw(drawn_of[name], name) for name in drawn_of.keys() & options.keys()}


random_stores = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@random_stores
@given(data=st.data())
def test_every_figure_is_what_the_oracle_says(data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(ZONES), "zone")
    stored = data.draw(stores(zone), "stored")
    question = data.draw(questions(zone, stored), "question")
    oracle = Oracle(stored, question)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        shelve(root, stored)
        engine = Engine(root)
        try:
            rows = [row for one in question.accounts for row in stored.people.get(one, Shelved()).rows]
            of_two = {row.name for row in TABLE if row.query is MatchQuery and len(question.accounts) != 2}
            table = [
                (row.figure, row.answer, asked) for row in TABLE if row.name not in of_two for asked in asked_of(row)
            ]
            for figure, kind, options in [*table, *OTHERS]:
                given = drawn(data, options)
                if kind in PAGES:
                    given["hashed"] = data.draw(st.sampled_from([7, *(getattr(row, PAGES[kind]) or 7 for row in rows)]))
                expected = getattr(oracle, figure.__name__)(**given)
                try:
                    found = engine.answer(partial(figure, **given), kind, question)
                except pages.NeverHeardError:
                    found = None
                assert found == expected, figure.__name__
        finally:
            engine.close()


def test_what_very_many_have_in_common_is_not_told(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    asked = replace(SOME_YEAR, accounts=tuple(f"listener{number}" for number in range(people.MOST_PEOPLE + 1)))
    with pytest.raises(people.TooManyPeopleError):
        engine.answer(partial(people.common, kind="tracks", limit=5), people.CommonGround, asked)
    engine.close()


def test_common_ground_of_as_many_as_may_be(tmp_path: Path) -> None:
    crowd = [f"listener{number}" for number in range(people.MOST_PEOPLE)]
    row = Row(SOME_YEAR.period.from_ms, SOME_YEAR.period.from_ms, 40_000, 40_000, 7, 8, 9, finished=True)
    shelve(tmp_path, Stored({one: Shelved((row,)) for one in crowd}))
    engine = Engine(tmp_path)
    asked = replace(SOME_YEAR, accounts=tuple(crowd))
    for kind in ("tracks", "artists"):
        (item,) = engine.answer(partial(people.common, kind=kind, limit=5), people.CommonGround, asked).items
        assert len(item.listeners) == people.MOST_PEOPLE
    engine.close()
