"""What people listen to is recorded, in virtual time, from a Spotify that forgets, is late, and refuses."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from songswap.clock import Clock
from songswap.core.history.merge import month_of
from songswap.core.history.recently_played import POLL_LIMIT
from songswap.documents import ACCOUNT_SEEN, CONSENT, GAPS, PLAYS, POLLED, SHARING, TRACK_NAMES
from songswap.model.history import Gap, Play, Polled
from songswap.model.sharing import Sharing
from songswap.simulator import Fault, Profile
from tests.evening import Evening, an_evening
from tests.jobs.conftest import album

pytestmark = pytest.mark.virtual_time

PATH = "/v1/me/player/recently-played"
HOUR_S = 3_600
PEOPLE = ("ada", "bob", "cleo")


async def begin(evening: Evening, *people: str, poll_minutes: int = 20) -> None:
    """The worker records; these people are logged in."""
    await evening.stop_worker()
    evening.record(poll_minutes)
    for person in people:
        evening.log_in(person)
    await evening.start_worker()
    await asyncio.sleep(90)


@pytest.fixture
async def night(tmp_path: Path, clock: Clock) -> AsyncIterator[Evening]:
    """Ada is logged in, and everybody is recorded."""
    async with an_evening(tmp_path / "store", clock, seed=7) as evening:
        await begin(evening, "ada")
        yield evening


def recorded(evening: Evening, person: str = "ada") -> list[Play]:
    """What was recorded since virtual time began, and the days before."""
    months = sorted({month_of(round(evening.clock.now_ms()) - days * 86_400_000) for days in range(40)})
    return [play for month in months for play in evening.store.rows(PLAYS, person, "recent", month)]


def polled(evening: Evening, person: str = "ada") -> Polled:
    there = evening.store.read(POLLED, person)
    assert there is not None
    return there


def gaps(evening: Evening) -> list[Gap]:
    return list(evening.store.rows(GAPS, "ada"))


def asked(evening: Evening, person: str | None = None) -> int:
    return sum(call.path == PATH and person in {None, call.person} for call in evening.world.calls)


def in_truth(evening: Evening, person: str = "ada") -> list[tuple[int, str]]:
    """What Spotify's own history shows now, oldest first."""
    plays = reversed(evening.world.player(person).plays()[:POLL_LIMIT])
    return [(int(play.ended_at_ms), play.uri.rpartition(":")[2]) for play in plays]


def pause(evening: Evening, is_paused: bool = True) -> None:
    evening.store.write(SHARING, Sharing(is_paused=is_paused), "ada")


async def listen(evening: Evening, hours: float, person: str = "ada") -> None:
    """Music plays for so long, one album after the other."""
    for _ in range(round(hours * 2)):
        evening.world.player(person).play_context(album(evening), device_id=evening.device(person))
        await asyncio.sleep(HOUR_S / 2)


async def test_everything_that_is_heard_is_recorded_once_with_its_name(night: Evening) -> None:
    seen = set(in_truth(night))
    for _ in range(12):
        await listen(night, 0.5)
        seen |= set(in_truth(night))
    await asyncio.sleep(HOUR_S / 2)
    rows = [(play.at_ms, play.track) for play in recorded(night)]
    assert len(seen) > 60
    assert set(rows) == seen | set(in_truth(night))
    assert len(set(rows)) == len(rows)
    names = {name.id: name for name in night.store.rows(TRACK_NAMES, "ada", "recent")}
    assert names.keys() == {track for _, track in rows}
    catalogue = night.world.catalogue.tracks
    assert all(name.title == catalogue[one].name and name.duration_ms for one, name in names.items())
    assert gaps(night) == []


async def test_spotify_is_asked_three_times_an_hour_and_not_everybody_at_once(night: Evening) -> None:
    await begin(night, *PEOPLE[1:])
    before = {person: asked(night, person) for person in PEOPLE}
    await asyncio.sleep(6 * HOUR_S)
    assert {person: asked(night, person) - before[person] for person in PEOPLE} == dict.fromkeys(PEOPLE, 18)
    first = {call.person: call.time_s for call in reversed(night.world.calls) if call.path == PATH}
    assert len({round(at_s) for at_s in first.values()}) == len(PEOPLE)


async def test_a_restart_neither_asks_at_once_nor_forgets_what_is_known(night: Evening) -> None:
    rows = recorded(night)
    for _ in range(5):
        await night.stop_worker()
        await night.start_worker()
        await asyncio.sleep(60)
    assert asked(night) == 1
    await asyncio.sleep(HOUR_S)
    assert recorded(night) == rows


async def test_plays_that_spotify_tells_hours_late_are_recorded_then(tmp_path: Path, clock: Clock) -> None:
    slow = Profile(history_lag_ms=(0.0, 3 * HOUR_S * 1000))
    async with an_evening(tmp_path / "store", clock, seed=7, profile=slow) as evening:
        await begin(evening, "ada")
        began_ms = evening.clock.now_ms()
        heard: set[tuple[int, str]] = set()
        for _ in range(8):
            await listen(evening, 0.5)
            plays = evening.world.player("ada").history
            heard |= {(int(play.ended_at_ms), play.uri[-22:]) for play in plays if play.ended_at_ms > began_ms}
        evening.world.player("ada").pause()
        await asyncio.sleep(4 * HOUR_S)
        assert len(heard) > 40
        assert heard <= {(play.at_ms, play.track) for play in recorded(evening)}
        assert gaps(evening) == []


async def test_more_than_spotify_remembers_leaves_a_gap(night: Evening) -> None:
    newest_ms = polled(night).newest_ms
    await night.stop_worker()
    await listen(night, 6)
    oldest_ms = in_truth(night)[0][0]
    await night.start_worker()
    await asyncio.sleep(90)
    assert gaps(night) == [Gap(newest_ms or 0, oldest_ms, "missed")]
    await asyncio.sleep(3 * HOUR_S)
    assert len(gaps(night)) == 1


async def test_less_than_spotify_remembers_leaves_none(night: Evening) -> None:
    await night.stop_worker()
    await listen(night, 1.5)
    await night.start_worker()
    await asyncio.sleep(90)
    assert gaps(night) == []
    assert set(in_truth(night)) <= {(play.at_ms, play.track) for play in recorded(night)}


# What stands in the way


@pytest.mark.parametrize("reason", [None, "QUOTA_EXCEEDED"])
async def test_it_waits_as_long_as_spotify_asks_and_then_goes_on(night: Evening, reason: str | None) -> None:
    fault = Fault(
        status=429, path=PATH, times=1, retry_after=2 * HOUR_S, body={"error": {"status": 429, "reason": reason}}
    )
    night.world.faults.add(fault)
    await asyncio.sleep(HOUR_S)
    before = asked(night)
    state = polled(night)
    assert state.error
    assert state.why == "limited"
    assert state.next_at_ms is not None
    await asyncio.sleep(HOUR_S)
    assert asked(night) == before
    await asyncio.sleep(HOUR_S)
    assert asked(night) > before
    assert polled(night).error == ""


@pytest.mark.parametrize("fault", [{"status": 500}, {"kind": "garbage"}, {"kind": "drop"}])
async def test_an_answer_that_makes_no_sense_is_asked_for_again_soon(night: Evening, fault: dict[str, object]) -> None:
    night.world.faults.add(Fault(path=PATH, times=2, **fault))
    await asyncio.sleep(21 * 60)
    assert polled(night).error
    await asyncio.sleep(10 * 60)
    assert polled(night).error == ""


async def test_a_log_in_that_has_lapsed_stops_it_until_the_next(night: Evening) -> None:
    night.world.revoke("ada")
    night.world.expire_tokens("ada")
    await asyncio.sleep(HOUR_S)
    before = len(night.world.calls)
    assert "log in" in polled(night).error
    assert polled(night).why == "needs_login"
    newest_ms = polled(night).newest_ms
    await listen(night, 6)
    assert len(night.world.calls) == before
    night.log_in("ada")
    await asyncio.sleep(5)
    assert polled(night).error == ""
    assert gaps(night) == [Gap(newest_ms or 0, in_truth(night)[0][0], "needs_login")]


async def test_a_log_in_of_before_is_told_and_does_no_harm_otherwise(night: Evening) -> None:
    consent = night.store.read(CONSENT, "ada")
    assert consent is not None
    scopes = tuple(one for one in consent.scopes if one != "user-read-recently-played")
    before = asked(night)
    night.store.write(CONSENT, replace(consent, id="older", scopes=scopes), "ada")
    await asyncio.sleep(HOUR_S)
    assert asked(night) == before
    assert "Log in with Spotify again" in polled(night).error
    seen = night.store.read(ACCOUNT_SEEN, "ada")
    assert seen is None or seen.standing == "ok"


async def test_it_can_be_switched_off(tmp_path: Path, clock: Clock) -> None:
    async with an_evening(tmp_path / "store", clock, seed=7) as evening:
        await begin(evening, "ada", poll_minutes=0)
        await asyncio.sleep(2 * HOUR_S)
        assert asked(evening) == 0
        assert not (evening.store.root / "accounts" / "ada" / "plays").exists()


# Paused, forgotten, gone


async def test_nothing_is_recorded_while_somebody_has_paused_it(night: Evening) -> None:
    before, calls = recorded(night), asked(night)
    paused_ms = night.clock.now_ms()
    pause(night)
    await listen(night, 2)
    assert (recorded(night), asked(night)) == (before, calls)
    resumed_ms = night.clock.now_ms()
    pause(night, is_paused=False)
    await listen(night, 1)
    await asyncio.sleep(HOUR_S / 2)
    fresh = [play.at_ms for play in recorded(night) if play not in before]
    assert fresh
    assert min(fresh) >= resumed_ms
    (gap,) = gaps(night)
    assert (gap.from_ms, gap.to_ms, gap.why) == (
        pytest.approx(paused_ms, abs=5),
        pytest.approx(resumed_ms, abs=5),
        "paused",
    )


async def test_a_pause_that_began_while_no_worker_ran_began_right_after_the_last_look(night: Evening) -> None:
    last_ms = polled(night).polled_at_ms
    await night.stop_worker()
    await listen(night, 1)
    pause(night)
    await night.start_worker()
    await asyncio.sleep(90)
    pause(night, is_paused=False)
    await asyncio.sleep(90)
    assert [gap.from_ms for gap in gaps(night)] == [round(last_ms or 0)]
    assert all(play.at_ms <= (last_ms or 0) for play in recorded(night))


async def test_what_was_forgotten_does_not_come_back(night: Evening) -> None:
    now_ms = round(night.clock.now_ms())
    for log in night.store.root.glob("accounts/ada/plays/*"):
        log.unlink()
    night.store.role = "worker"  # as the job that forgets does
    night.store.write(POLLED, replace(polled(night), forgotten_to_ms=now_ms), "ada")
    await listen(night, 1)
    assert recorded(night)
    assert all(play.at_ms > now_ms for play in recorded(night))


async def test_somebody_who_leaves_is_asked_about_no_more(night: Evening) -> None:
    night.store.remove("accounts/{}", "ada")
    before = len(night.world.calls)
    await asyncio.sleep(2 * HOUR_S)
    assert len(night.world.calls) == before
    assert not (night.store.root / "accounts" / "ada").exists()
