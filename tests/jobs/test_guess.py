"""What groups want learnt is learnt, kept up to date and forgotten; in real time and real processes."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from songswap.documents import BRAIN, GROUP_POSTS, LEARNT, PICKS
from songswap.jobs import guess
from songswap.jobs.guess import FAILED, LearningJob
from songswap.jobs.kit.subprocess_jobs import run_beside
from songswap.model.guessing import Learnt, Picks
from songswap.model.posts import Written
from songswap.store import Store
from tests.jobs.at_work import at_work, until
from tests.learning.people import GROUP, a_store, pick, say

pytestmark = pytest.mark.processes


def job_of(means):  # type: ignore[no-untyped-def]
    return LearningJob(means).run


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setattr(guess, "TRAINING_QUIET_S", 0.1)
    monkeypatch.setattr(guess, "SHARE", 0)
    store = a_store(tmp_path / "store", "ada", "bob")
    n = say(store, "ada", [f"shall we go, number {number}?" for number in range(25)])
    say(store, "bob", [f"louder!! louder {number}!!" for number in range(25)], n)
    return store


def learnt(store: Store, name: str = "pick") -> Learnt:
    return store.read(LEARNT, GROUP, name) or Learnt(name, "learning", 0.0)


def is_done(store: Store) -> bool:
    return learnt(store).state == "done"


async def test_a_pick_is_learnt_again_when_there_is_more_and_gone_when_nobody_wants_it(store: Store) -> None:
    async with at_work(store.root, job_of):
        pick(store, "words", "ada", "bob")
        await until(lambda: is_done(store))
        assert learnt(store).examples == {"ada": 25, "bob": 25}
        assert store.read(BRAIN, GROUP, "pick") is not None
        rows = [Written(number, number, "ada", f"more to say {number}") for number in range(1, 8)]
        store.extend(GROUP_POSTS, rows, GROUP, "1")
        await until(lambda: learnt(store).examples == {"ada": 32, "bob": 25})
        store.write(PICKS, Picks(), GROUP)
        await until(lambda: store.read(LEARNT, GROUP, "pick") is None)
        assert store.read(BRAIN, GROUP, "pick") is None


async def test_what_was_taken_away_is_forgotten_with_the_rule_that_knew_it(store: Store) -> None:
    async with at_work(store.root, job_of):
        pick(store, "words", "ada", "bob")
        await until(lambda: is_done(store))
        (store.root / "groups" / GROUP / "chat" / "1.jsonl").write_text("")
        await until(lambda: learnt(store).state == "too_little")
        assert store.read(BRAIN, GROUP, "pick") is None


async def test_after_a_restart_only_what_has_changed_is_learnt(store: Store) -> None:
    said: list[int] = []

    async def beside(arguments, hear):  # type: ignore[no-untyped-def]
        """Counts the lines that each process says: none where it would learn the same."""
        lines: list[bytes] = []
        code = await run_beside(arguments, lines.append)
        said.append(len(lines))
        for line in lines:
            hear(line)
        return code

    pick(store, "words", "ada", "bob")
    for runs in (1, 2):
        async with at_work(store.root, job_of, beside):
            await until(lambda: len(said) == runs)  # noqa: B023
            await until(lambda: is_done(store))
    before = learnt(store)
    async with at_work(store.root, job_of, beside):
        pick(store, "words", "ada", "bob", rev=2)
        await until(lambda: learnt(store).rev == 2 and is_done(store))
    assert said[:2] == [1, 0]
    assert replace(learnt(store), rev=1, at_ms=before.at_ms, took_s=before.took_s) == before


async def test_a_process_that_fails_is_said_and_tried_again_when_asked(store: Store) -> None:
    codes = [1, 1]

    async def beside(arguments, hear):  # type: ignore[no-untyped-def]
        return codes.pop()

    async with at_work(store.root, job_of, beside):
        pick(store, "words", "ada", "bob")
        await until(lambda: learnt(store).state == "failed")
        assert learnt(store).error == FAILED
        pick(store, "words", "ada", "bob", rev=2)
        await until(lambda: learnt(store).rev == 2 and learnt(store).state == "failed")
    assert codes == []


async def test_what_is_finished_too_late_is_not_kept(store: Store) -> None:
    async def beside(arguments, hear):  # type: ignore[no-untyped-def]
        store.write(PICKS, Picks(), GROUP)
        hear(b'{"learnt": {"pick": "pick", "state": "done", "at_ms": 1.0, "rev": 1}}\n')
        return 0

    async with at_work(store.root, job_of, beside):
        pick(store, "words", "ada", "bob")
        await until(lambda: store.read(PICKS, GROUP) == Picks())
        await until(lambda: not list((store.root / "groups" / GROUP / "learnt").glob("*")))
