import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.people.groups import RefusedError
from songswap.core.session.host_readings import host_failed, host_read
from songswap.core.session.leadership import (
    COMPARE_AFTER_MS,
    SILENCE_MS,
    away_at_ms,
    demand,
    former,
    settled,
    succeeded,
    words,
)
from songswap.model.links import SecretLink
from songswap.model.people import Group, Member, Role
from songswap.model.session import Failure, Lead, ListenerStatus, Night
from tests.core.music import SPEAKER, A, B, C, listener, night, reading, timeline

EVERYBODY = frozenset({"ada", "bob", "cleo", "dario"})
NO_WISH = ("", 0)


def group(host: str = "ada", **roles: Role) -> Group:
    """Ada hosts; Cleo is the longer-standing co-host of Bob and Cleo."""
    known: dict[str, Role] = {"bob": "co-host", "cleo": "co-host", "dario": "listener", "ada": "listener", **roles}
    joined = {"ada": 1.0, "cleo": 2.0, "bob": 3.0, "dario": 4.0}
    members = {one: Member(role, joined[one]) for one, role in {**known, host: "host"}.items()}
    return Group("g", "Friends", 0.0, SecretLink("x", 0.0), members)


def led(**fields: object) -> Night:
    """Ada leads; Bob, Cleo and Dario listen in sync."""
    return settled(night(*(listener(account=one) for one in ("bob", "cleo", "dario")), **fields), group(), EVERYBODY,
                   NO_WISH, 0.0)  # fmt: skip


def failing(status: ListenerStatus, at_ms: float = 0.0) -> Night:
    return host_failed(led(), Failure(status, "why"), at_ms)


def test_next_in_line_is_the_longest_standing_co_host() -> None:
    assert led().lead.heirs == ("cleo", "bob")
    assert succeeded(failing("trouble"), SILENCE_MS).leader == "cleo"


@pytest.mark.parametrize("status", ["no_device", "not_premium", "no_seat", "trouble"])
def test_silent_host_is_replaced_after_a_while(status: ListenerStatus) -> None:
    silent = failing(status, 1_000)
    assert away_at_ms(silent) == 1_000 + SILENCE_MS
    assert succeeded(silent, SILENCE_MS + 999).leader == "ada"
    after = succeeded(silent, SILENCE_MS + 1_000)
    assert (after.leader, after.lead.why, after.timeline) == ("cleo", "silent", silent.timeline)


def test_host_who_is_logged_out_is_replaced_at_once() -> None:
    after = succeeded(failing("needs_login"), 0)
    assert (after.leader, after.lead.why) == ("cleo", "logged_out")


@pytest.mark.parametrize("status", ["limited", "restricted"])
def test_limit_of_spotify_replaces_nobody(status: ListenerStatus) -> None:
    assert away_at_ms(failing(status)) == math.inf


def test_silence_counts_from_its_beginning_and_ends_with_a_reading() -> None:
    twice = host_failed(failing("trouble", 1_000), Failure("trouble", ""), 50_000)
    assert away_at_ms(twice) == 1_000 + SILENCE_MS
    assert away_at_ms(host_read(twice, reading(60_000, at_ms=60_000), 60_000)) == math.inf


def test_music_goes_on_at_a_silent_player_only_while_somebody_could_take_over() -> None:
    goes_on, stops = host_read(led(), None, 10_000), host_read(night(listener()), None, 10_000)
    assert goes_on.timeline
    assert goes_on.timeline.is_playing
    assert stops.timeline
    assert not stops.timeline.is_playing


@pytest.mark.parametrize("status", ["stepped_out", "no_device", "catching_up", "trouble"])
def test_only_somebody_in_sync_takes_over(status: ListenerStatus) -> None:
    known = led()
    others = {**known.listeners, "cleo": listener(account="cleo", status=status)}
    silent = host_failed(night(*others.values(), lead=known.lead), Failure("trouble", ""), 0)
    assert succeeded(silent, SILENCE_MS).leader == "bob"


def test_nobody_takes_over_without_a_co_host() -> None:
    alone = settled(night(listener(account="dario")), group(bob="listener", cleo="listener"), EVERYBODY, NO_WISH, 0)
    assert succeeded(host_failed(alone, Failure("needs_login", ""), 0), 1e9).leader == "ada"


def test_new_leader_is_read_at_once_and_gets_the_clicks() -> None:
    after = succeeded(failing("trouble"), SILENCE_MS)
    assert after.look_at_ms == SILENCE_MS
    assert after.host_device is not None
    assert after.host_device.id == "phone"
    assert "cleo" not in after.listeners
    assert away_at_ms(after) == math.inf


def test_listeners_are_compared_with_the_new_leader_soon() -> None:
    after = settled(led(), group(), EVERYBODY, ("cleo", 1), 1_000.0)
    assert {one: listener.look_at_ms for one, listener in after.listeners.items()} == dict.fromkeys(
        ("bob", "dario"), 1000.0 + COMPARE_AFTER_MS
    )


def test_first_reading_of_a_new_leader_counts_more_than_later_ones() -> None:
    known = led(round_trips_ms=(100.0,))
    new = settled(known, group(), EVERYBODY, ("cleo", 1), 10_000.0)
    moved = [host_read(one, reading(10_400, at_ms=10_000), 10_100) for one in (known, new)]
    usual_ms, first_ms = (one.timeline.position_at(10_000) - 10_000 for one in moved if one.timeline)
    assert usual_ms == pytest.approx(120)
    assert first_ms == pytest.approx(240)


def test_leader_who_becomes_a_listener_holds_what_plays() -> None:
    playing = led(timeline=timeline(plays=7), host_status="in_sync")
    was = former(settled(playing, group(), EVERYBODY, ("cleo", 1), 10.0), "ada", 1, "c")
    assert was is not None
    assert (was.held_plays, was.held_uris) == (7, (A.uri, B.uri, C.uri))


def test_wish_to_lead_counts_once() -> None:
    chosen = settled(led(), group(), EVERYBODY, ("bob", 1), 0)
    assert (chosen.leader, chosen.lead.why) == ("bob", "chosen")
    gone = host_failed(chosen, Failure("needs_login", ""), 0)
    back = settled(succeeded(gone, 0), group(), EVERYBODY, ("bob", 1), 0)
    assert back.leader == "cleo"
    assert settled(back, group(), EVERYBODY, ("ada", 2), 0).lead.why == "host"


@pytest.mark.parametrize("whom", ["dario", "nobody"])
def test_wish_for_somebody_who_may_not_lead_changes_nothing(whom: str) -> None:
    assert settled(led(), group(), EVERYBODY, (whom, 1), 0).leader == "ada"


def test_leader_who_hands_over_in_time_stays_in_time() -> None:
    chosen = settled(led(host_status="in_sync", host_device=SPEAKER), group(), EVERYBODY, ("bob", 1), 0)
    ada = former(chosen, "ada", 7, "consent")
    assert ada is not None
    assert (ada.join_rev, ada.consent_id, ada.status, ada.told_rev) == (7, "consent", "in_sync", 1)
    assert former(chosen, "cleo", 7, "consent") is None


def test_leader_who_went_silent_is_no_listener_in_sync() -> None:
    assert former(succeeded(failing("trouble"), SILENCE_MS), "ada", 0, "") is None


@pytest.mark.parametrize(
    ("changed", "listening", "leader"),
    [
        (group(bob="listener"), EVERYBODY, "cleo"),
        (group(), EVERYBODY - {"bob"}, "cleo"),
        (group(bob="listener", cleo="listener"), EVERYBODY, "ada"),
        (group(host="dario"), EVERYBODY, "dario"),
    ],
    ids=["demoted", "stepped out", "nobody left", "new host"],
)
def test_lead_passes_on_when_the_leader_may_not_lead_any_more(
    changed: Group, listening: frozenset[str], leader: str
) -> None:
    chosen = settled(led(host_status="no_device"), group(), EVERYBODY, ("bob", 1), 0)
    assert settled(chosen, changed, listening, ("bob", 1), 0).leader == leader


@pytest.mark.parametrize(
    ("by", "whom", "code"),
    [
        ("ada", "ada", None),
        ("ada", "bob", None),
        ("bob", "bob", None),
        ("bob", "ada", "not_allowed"),
        ("bob", "cleo", "not_allowed"),
        ("dario", "dario", "not_allowed"),
        ("ada", "dario", "cannot_lead"),
        ("ada", "nobody", "no_such_member"),
        ("nobody", "nobody", "not_a_member"),
    ],
)
def test_who_may_say_who_leads(by: str, whom: str, code: str | None) -> None:
    if code is None:
        demand(group(), by, whom)
        return
    with pytest.raises(RefusedError) as refused:
        demand(group(), by, whom)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("lead", "said"),
    [
        (Lead(), ""),
        (Lead("bob", "silent"), "Bob leads while Ada is away."),
        (Lead("bob", "logged_out"), "Bob leads: Ada has to log in again."),
        (Lead("bob", "chosen"), "Bob leads."),
    ],
)
def test_everybody_is_told_who_leads_and_why(lead: Lead, said: str) -> None:
    assert words(night(lead=lead), "Bob", "Ada") == said


@given(
    wishes=st.lists(st.sampled_from(["ada", "bob", "cleo", "dario"]), max_size=4),
    away=st.lists(st.sampled_from(["no_device", "needs_login", "trouble", "limited"]), max_size=4),
    listening=st.frozensets(st.sampled_from(sorted(EVERYBODY))),
)
def test_there_is_always_one_leader_who_may_lead(
    wishes: list[str], away: list[ListenerStatus], listening: frozenset[str]
) -> None:
    now_ms, known = 0.0, led()
    for rev, status in enumerate(away):
        known = succeeded(host_failed(known, Failure(status, ""), now_ms), now_ms := now_ms + SILENCE_MS)
        wish = (wishes[min(rev, len(wishes) - 1)], min(rev, len(wishes) - 1) + 1) if wishes else NO_WISH
        known = settled(known, group(), listening, wish, now_ms)
        assert known.leader == "ada" or (known.leader in {"bob", "cleo"} & listening)
        assert known.leader not in known.listeners
        assert known.leader not in known.lead.heirs
        assert known.timeline is not None
        assert known.timeline.is_playing
