"""Asking the columns: whose files, which version of them, and nothing else of the store."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import msgspec
import pytest
from msgspec.structs import replace

from songswap.columns import schema
from songswap.columns.figures.times import Calendar, calendar
from songswap.columns.figures.top import Top, top
from songswap.columns.figures.totals import TotalsAnswer, totals
from songswap.columns.libraries import genres_file
from songswap.columns.plays import Plays, Question
from songswap.columns.query import SPILL, Engine
from songswap.columns.recent import Recent
from songswap.core.insights.periods import between
from songswap.model.history import Gap
from songswap.store import StoreError, UnfitNameError
from tests.columns.shelves import Row, Shelved, Stored, named, shelve

YEAR = between("custom", ZoneInfo("UTC"), date(2026, 1, 1), date(2026, 12, 31))
START_MS = YEAR.from_ms
ASKED = Question(("ada",), YEAR, None, date(2026, 12, 31))
CALLED = named("Aiko", "One", "First")


def plays(count: int, start_ms: int = START_MS) -> tuple[Row, ...]:
    rows = (
        Row(start_ms + n * 200_000, start_ms, 40_000, 200_000, CALLED.track, CALLED.artist, None) for n in range(count)
    )
    return tuple(rows)


def ada(count: int) -> Stored:
    return Stored({"ada": Shelved(plays(count), (CALLED,))})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path.resolve()


@pytest.fixture
def engine(root: Path) -> Iterator[Engine]:
    engine = Engine(root)
    yield engine
    engine.close()


def count(engine: Engine, question: Question = ASKED) -> int:
    return engine.answer(totals, TotalsAnswer, question).totals.plays


def test_account_without_columns_has_heard_nothing(engine: Engine) -> None:
    assert count(engine) == 0
    assert count(engine, replace(ASKED, accounts=("ada", "bob"))) == 0


def test_replaced_files_are_read_anew(root: Path, engine: Engine) -> None:
    for number in (3, 5, 4, 4_000):
        shelve(root, ada(number))
        assert count(engine) == number
        assert count(engine) == number


def test_years_that_the_manifest_drops_are_gone(root: Path, engine: Engine) -> None:
    shelve(root, ada(3))
    assert count(engine) == 3
    folder = schema.folder(root, "ada")
    (folder / schema.MANIFEST).write_text("{}")
    assert count(engine) == 0


def test_files_replaced_while_they_are_read_are_read_again(root: Path, engine: Engine) -> None:
    shelve(root, ada(3))
    seen: list[int] = []

    def figure(plays: Plays) -> TotalsAnswer:
        answer = totals(plays)
        seen.append(answer.totals.plays)
        if len(seen) == 1:
            shelve(root, ada(7))
        return answer

    assert engine.answer(figure, TotalsAnswer, ASKED).totals.plays == 7
    assert seen == [3, 7]


def test_files_that_never_stay_the_same_are_answered_of_at_last(root: Path, engine: Engine) -> None:
    shelve(root, ada(3))
    seen: list[int] = []

    def figure(plays: Plays) -> TotalsAnswer:
        answer = totals(plays)
        seen.append(answer.totals.plays)
        shelve(root, ada(3 + len(seen)))
        return answer

    assert engine.answer(figure, TotalsAnswer, ASKED).totals.plays == seen[-1]


def test_broken_file_is_said_and_nothing_else_breaks(root: Path, engine: Engine) -> None:
    stored = Stored({"ada": Shelved(plays(3)), "bob": Shelved(plays(2))})
    shelve(root, stored)
    schema.year_file(schema.folder(root, "ada"), 2026).write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(StoreError, match="the columns of ada can't be read"):
        count(engine)
    assert count(engine, replace(ASKED, accounts=("bob",))) == 2
    shelve(root, stored)
    assert count(engine) == 3


def test_missing_file_is_said(root: Path, engine: Engine) -> None:
    shelve(root, ada(3))
    schema.year_file(schema.folder(root, "ada"), 2026).unlink()
    with pytest.raises(StoreError, match=r"2026\.parquet"):
        count(engine)


@pytest.mark.parametrize("account", ["..", "../bob", "a/b", "", "ada\0", "x" * 65, "'; DROP TABLE plays; --"])
def test_what_is_no_account_becomes_no_path(engine: Engine, account: str) -> None:
    with pytest.raises(UnfitNameError):
        count(engine, replace(ASKED, accounts=(account,)))


def test_only_columns_and_genres_can_be_read(root: Path, engine: Engine) -> None:
    shelve(root, ada(1))
    shutil.copy(schema.year_file(schema.folder(root, "ada"), 2026), root / "elsewhere.parquet")

    def figure(plays: Plays) -> TotalsAnswer:
        plays.rows(f"SELECT * FROM read_parquet('{root / 'elsewhere.parquet'}')")
        return totals(plays)

    with pytest.raises(StoreError, match="Permission"):
        engine.answer(figure, TotalsAnswer, ASKED)


def test_path_with_quotes_is_a_path(tmp_path: Path) -> None:
    root = tmp_path.resolve() / 'it\'s a "store"'
    shelve(root, ada(2))
    engine = Engine(root)
    assert count(engine) == 2
    engine.close()


def test_answers_are_kept_until_something_changes(root: Path, engine: Engine) -> None:
    asked: list[Question] = []

    def figure(plays: Plays) -> TotalsAnswer:
        asked.append(plays.question)
        return totals(plays)

    shelve(root, ada(2))
    for question in (ASKED, ASKED, replace(ASKED, rule="all"), replace(ASKED, with_private=True), ASKED):
        engine.answer(figure, TotalsAnswer, question)
    assert len(asked) == 3
    shelve(root, Stored({"ada": Shelved(plays(2), gaps=(Gap(START_MS, START_MS + 1, "missed"),))}))
    assert engine.answer(figure, TotalsAnswer, ASKED).about.plays_at_least
    shelve(root, Stored({"bob": Shelved(plays(2))}))
    engine.answer(figure, TotalsAnswer, ASKED)
    assert len(asked) == 4


def test_answers_differ_by_their_arguments(root: Path, engine: Engine) -> None:
    shelve(root, Stored(ada(2).people, {"Aiko": ("pop",)}))
    kinds = [
        engine.answer(partial(top, kind=kind, limit=1), Top, ASKED).kind for kind in ("tracks", "genres", "tracks")
    ]
    assert kinds == ["tracks", "genres", "tracks"]


def test_genres_loaded_meanwhile_are_seen(root: Path, engine: Engine) -> None:
    shelve(root, ada(2))
    asked = partial(top, kind="genres", limit=5)
    assert [item.genre for item in engine.answer(asked, Top, ASKED).items] == [None]
    shelve(root, Stored({}, {"AIKO": ("Jazz",)}))
    assert genres_file(root).exists()
    assert [item.genre for item in engine.answer(asked, Top, ASKED).items] == ["jazz"]


def test_longest_unasked_answers_give_way() -> None:
    answers: Recent[bytes] = Recent(10, len)
    for key in "abc":
        answers.keep(key, b"1234")
        answers.get("a")
    assert [answers.get(key) for key in "abc"] == [b"1234", None, b"1234"]
    answers.keep("a", b"1")
    answers.keep("d", b"12345")
    assert [answers.get(key) for key in "acd"] == [b"1", b"1234", b"12345"]
    answers.keep("e", b"longer than all")
    assert answers.get("e") is None


async def test_event_loop_goes_on_while_a_figure_is_worked_out(root: Path, engine: Engine) -> None:
    shelve(root, ada(2))
    asking = asyncio.create_task(engine.ask(calendar, Calendar, ASKED))
    turns = 0
    while not asking.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 1
    assert (await asking).items[0].plays == 2
    assert await engine.reach(["ada"]) == (START_MS, START_MS + 200_000)
    assert await engine.reach(["bob"]) is None


def test_what_does_not_fit_into_memory_goes_to_the_disk(root: Path, engine: Engine) -> None:
    folder = schema.folder(root, "ada")
    folder.mkdir(parents=True)
    path = schema.year_file(folder, 2026)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT {START_MS} + i AS ended_at_ms, {START_MS} AS started_at_ms, 40000 AS played_ms,"
            " 40000 AS duration_ms, (hash(i) >> 1)::BIGINT AS track, track AS artist, track AS album, true AS finished,"
            f" false AS skipped, false AS private, 'export' AS source FROM range(2000000) n(i)) TO '{path}'"
        )
    manifest = schema.ColumnsManifest(schema.VERSION, {"2026": schema.Part(path.stat().st_size, 0, 2_000_000, "")})
    (folder / schema.MANIFEST).write_bytes(msgspec.json.encode(manifest))
    assert engine.answer(totals, TotalsAnswer, ASKED).totals.artists == 2_000_000
    engine.close()
    assert list((root / SPILL).glob("*")) == []


async def test_what_nobody_waits_for_any_more_is_not_asked(tmp_path: Path) -> None:
    engine, may_end, asked = Engine(tmp_path), threading.Event(), list[str]()
    longer = asyncio.ensure_future(engine._in_thread(may_end.wait))
    gone = asyncio.ensure_future(engine._in_thread(lambda: asked.append("by somebody who has gone")))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait({gone})
    may_end.set()
    await longer
    await engine._in_thread(lambda: asked.append("by somebody who waits"))
    assert asked == ["by somebody who waits"]
    engine.close()
