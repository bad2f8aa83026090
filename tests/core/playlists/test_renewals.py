"""When playlists that renew themselves are due, and what becomes of them."""

import math
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from songswap.core.playlists import renewals as rules
from songswap.model.playlists import Entry, ListSource, Renewal, Renewed

HOUR_MS = 3_600_000.0
SOURCE = ListSource("most_played")
ONE, TWO = Entry("spotify:track:1", "One"), Entry("spotify:track:2", "Two")
zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
moments = st.integers(1_600_000_000_000, 1_900_000_000_000).map(float)


def daily(at: str = "05:00", zone: str = "Europe/Berlin", **fields: object) -> Renewal:
    hour, minute = map(int, at.split(":"))
    return replace(Renewal("one", "Mine", SOURCE, hour * 60 + minute, zone), **fields)


def ms(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000


def utc(at_ms: float) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("at", "after", "due"),
    [
        ("05:00", "2026-11-26T03:59", "2026-11-26T04:00"),
        ("05:00", "2026-11-26T04:00", "2026-11-27T04:00"),
        ("00:00", "2026-11-26T22:59", "2026-11-26T23:00"),
        ("02:30", "2026-03-28T12:00", "2026-03-29T01:30"),  # left out: half past three is as long after midnight
        ("02:30", "2026-10-24T12:00", "2026-10-25T00:30"),  # there twice: the first time
        ("02:30", "2026-10-25T00:30", "2026-10-26T01:30"),
        ("23:59", "2026-12-31T22:59", "2027-01-01T22:59"),
    ],
)
def test_it_is_due_at_its_time_in_its_zone(at: str, after: str, due: str) -> None:
    assert utc(rules.next_ms(daily(at), ms(after))) == due


@given(zones, st.integers(0, 1_439), moments)
def test_each_local_day_has_one_renewal(zone: str, minute: int, start_ms: float) -> None:
    renewal = Renewal("one", "Mine", SOURCE, minute, zone)
    due = [rules.next_ms(renewal, start_ms)]
    for _ in range(6):
        due.append(rules.next_ms(renewal, due[-1]))
    days = [datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).date().toordinal() for at_ms in due]
    assert days == list(range(days[0], days[0] + 7))
    assert all(22 * HOUR_MS <= later - earlier <= 26 * HOUR_MS for earlier, later in pairwise(due))
    assert 0 < due[0] - start_ms <= 26 * HOUR_MS


def done(renewal: Renewal, now_ms: float, *entries: Entry) -> Renewed:
    return rules.kept(renewal, rules.begun(renewal, Renewed(playlist_id="p")), entries, 0, now_ms)[0]


def test_a_new_wish_is_served_at_once_and_then_daily() -> None:
    renewal, now_ms = daily(), ms("2026-11-26T12:00")
    assert rules.due_ms(renewal, Renewed()) == 0.0
    assert rules.due_ms(renewal, done(renewal, now_ms, ONE)) == ms("2026-11-27T04:00")


def test_days_the_worker_was_down_are_made_up_for_once() -> None:
    renewal, now_ms = daily(), ms("2026-11-26T12:00")
    renewed = done(renewal, now_ms, ONE)
    assert rules.due_ms(renewal, renewed) < (later_ms := ms("2026-12-06T12:00"))
    assert rules.due_ms(renewal, done(renewal, later_ms, ONE)) == ms("2026-12-07T04:00")


@pytest.mark.parametrize("change", [{"rev": 2}, {"run_rev": 1}, {"make_rev": 1}])
def test_whatever_is_wished_anew_is_due_at_once(change: dict[str, int]) -> None:
    renewal = daily()
    assert rules.due_ms(replace(renewal, **change), done(renewal, 0.0, ONE)) == 0.0


def test_what_is_off_or_stopped_is_never_due() -> None:
    renewal = daily()
    assert math.isinf(rules.due_ms(daily(is_on=False), Renewed()))
    gone = rules.stopped(done(renewal, 0.0, ONE), rules.GONE)
    assert math.isinf(rules.due_ms(replace(renewal, rev=2, run_rev=3), gone))
    assert rules.due_ms(replace(renewal, make_rev=1), gone) == 0.0


def test_made_anew_it_begins_without_the_old_playlist() -> None:
    renewal = daily()
    gone = rules.stopped(done(renewal, 0.0, ONE), rules.GONE)
    anew = rules.begun(replace(renewal, make_rev=1), gone)
    assert (anew.playlist_id, anew.entries, anew.make_rev, anew.error) == (None, (), 1, "")


def test_the_same_content_needs_no_call_and_is_no_change() -> None:
    renewal = daily()
    renewed = done(renewal, 0.0, ONE, TWO)
    assert not rules.needs_writing(renewed, (ONE, TWO))
    assert rules.needs_writing(renewed, (TWO, ONE))
    assert rules.needs_writing(replace(renewed, playlist_id=None), (ONE, TWO))
    assert rules.kept(renewal, renewed, (ONE, TWO), 0, 5.0)[1] is None
    after, change = rules.kept(renewal, renewed, (TWO,), 3, 5.0)
    assert change is not None
    assert (change.removed, change.added, after.left_out, after.changed_at_ms) == ((ONE,), (), 3, 5.0)


def test_what_is_put_off_keeps_what_it_holds() -> None:
    renewed = done(daily(), 0.0, ONE)
    off = rules.put_off(renewed, "Spotify asks for a short break.", 9.0)
    assert (off.state, off.next_at_ms, off.entries, off.playlist_id) == ("waiting", 9.0, (ONE,), "p")
    alone = rules.left_alone(daily(), renewed, 4, 0.0)
    assert (alone.entries, alone.error, alone.left_out) == ((ONE,), rules.EMPTY, 4)
