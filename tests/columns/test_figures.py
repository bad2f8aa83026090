"""Every figure says the same as a plain, slow implementation of it, on random stores."""

import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from songswap.columns.figures import listens, pages, people, sittings, skips, times, top, totals, year
from songswap.columns.plays import Question
from songswap.columns.query import Engine
from songswap.core.insights.periods import between
from tests.columns.oracle import Oracle
from tests.columns.shelves import ZONES, Row, Shelved, Stored, questions, shelve, stores

SOME_YEAR = Question(
    (), between("custom", ZoneInfo("UTC"), date(2026, 1, 1), date(2026, 12, 31)), None, date(2026, 12, 31)
)
FIGURES: list[tuple[Callable[..., Any], type[Any], str, dict[str, Any]]] = [
    (totals.totals, totals.TotalsAnswer, "totals", {}),
    (top.top, top.Top, "top", {"kind": "tracks", "limit": 3}),
    (top.top, top.Top, "top", {"kind": "tracks", "limit": 2, "start": 1}),
    (top.top, top.Top, "top", {"kind": "artists", "limit": 2}),
    (top.top, top.Top, "top", {"kind": "albums", "limit": 50}),
    (top.top, top.Top, "top", {"kind": "genres", "limit": 2}),
    (top.top, top.Top, "top", {"kind": "genres", "limit": 9, "start": 1}),
    (times.over_time, times.OverTime, "over_time", {}),
    (times.over_time, times.OverTime, "over_time", {"step": "week"}),
    (times.over_time, times.OverTime, "over_time", {"step": "month"}),
    (times.calendar, times.Calendar, "calendar", {}),
    (times.heatmap, times.Heatmap, "heatmap", {}),
    (times.streaks, times.Streaks, "streaks", {}),
    (sittings.sessions, sittings.Sessions, "sessions", {}),
    (listens.firsts, listens.Firsts, "firsts", {}),
    (listens.latest, listens.Latest, "latest", {"limit": 4}),
    (listens.discoveries, listens.Discoveries, "discoveries", {"kind": "tracks", "limit": 3}),
    (listens.discoveries, listens.Discoveries, "discoveries", {"kind": "artists", "limit": 3}),
    (listens.discoveries, listens.Discoveries, "discoveries", {"kind": "albums", "limit": 3}),
    (skips.skips, skips.Skips, "skips", {"kind": "tracks", "limit": 4}),
    (skips.skips, skips.Skips, "skips", {"kind": "artists", "limit": 4}),
    (year.year, year.Year, "year", {}),
    (people.common, people.Common, "common", {"kind": "artists", "limit": 3}),
    (people.common, people.Common, "common", {"kind": "tracks", "limit": 3}),
    (people.brought, people.BroughtArtists, "brought", {"limit": 3}),
]
PAGES: list[tuple[Callable[..., Any], type[Any], str, str]] = [
    (pages.artist_page, pages.ArtistPage, "artist_page", "artist"),
    (pages.album_page, pages.AlbumPage, "album_page", "album"),
    (pages.track_page, pages.TrackPage, "track_page", "track"),
]

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
            for figure, kind, name, options in FIGURES:
                expected = getattr(oracle, name)(**options)
                assert engine.answer(partial(figure, **options), kind, question) == expected
            if len(question.accounts) == 2:
                assert engine.answer(people.match, people.Match, question) == oracle.match()
            for figure, kind, name, column in PAGES:
                rows = [row for one in question.accounts for row in stored.people.get(one, Shelved()).rows]
                hashed = data.draw(st.sampled_from([7, *(getattr(row, column) or 7 for row in rows)]), name)
                expected = getattr(oracle, name)(hashed)
                try:
                    found = engine.answer(partial(figure, hashed=hashed), kind, question)
                except pages.NeverHeardError:
                    found = None
                assert found == expected
        finally:
            engine.close()


def test_what_very_many_have_in_common_is_not_told(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    asked = replace(SOME_YEAR, accounts=tuple(f"listener{number}" for number in range(people.MOST_PEOPLE + 1)))
    with pytest.raises(people.TooManyPeopleError):
        engine.answer(partial(people.common, kind="tracks", limit=5), people.Common, asked)
    engine.close()


def test_common_ground_of_as_many_as_may_be(tmp_path: Path) -> None:
    crowd = [f"listener{number}" for number in range(people.MOST_PEOPLE)]
    row = Row(SOME_YEAR.period.from_ms, SOME_YEAR.period.from_ms, 40_000, 40_000, 7, 8, 9, finished=True)
    shelve(tmp_path, Stored({one: Shelved((row,)) for one in crowd}))
    engine = Engine(tmp_path)
    asked = replace(SOME_YEAR, accounts=tuple(crowd))
    for kind in ("tracks", "artists"):
        (item,) = engine.answer(partial(people.common, kind=kind, limit=5), people.Common, asked).items
        assert len(item.listeners) == people.MOST_PEOPLE
    engine.close()
