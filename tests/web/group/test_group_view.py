import dataclasses
from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from songswap.core.kit.status_text import MemberStatus
from songswap.documents import Account, AccountSeen, SessionWish, Standing, Wish
from songswap.model.links import SecretLink
from songswap.model.music import Device, Track
from songswap.model.people import Group, Member
from songswap.model.session import Listener, ListenerStatus, Night, Timeline
from songswap.web.group.group_facts import Facts, Person
from songswap.web.group.group_state import GroupState, MemberState
from songswap.web.group.group_view import state_for

URL = "https://music.example/join/friday/secret"
NOW_MS = 1_000_000.0
GROUP = Group(
    "friday",
    "Friday",
    0.0,
    SecretLink("secret", 5.0),
    {"cleo": Member("listener", 2.0), "bob": Member("co-host", 3.0), "ada": Member("host", 1.0)},
)
STOPPED = SessionWish()
RUNNING = SessionWish("running", "night", 10.0)
PHONE = Device("phone", "Cleo's phone", "Smartphone")
SONOS = Device(None, "Sonos", "Speaker", is_restricted=True)
SONGS = tuple(Track(f"spotify:track:{number}", f"Song {number}") for number in range(5))


def person(name: str, wish: Wish | None = None, seen: AccountSeen | None = None, consent: str | None = "new") -> Person:
    account = Account(name, f"s-{name}", f"u-{name}", name.title(), "default", 0.0)
    return Person(account, wish or Wish(listening_in="friday", join_rev=1), seen, consent)


def facts(
    cleo: Person | None = None,
    session: SessionWish = RUNNING,
    night: Night | None = None,
    running: Mapping[str, str] | None = None,
) -> Facts:
    people = {name: person(name) for name in GROUP.members} | {"cleo": cleo or person("cleo")}
    return Facts(GROUP, session, night, people, running or {}, worker_alive=True, now_ms=NOW_MS)


def night(**what: object) -> Night:
    return replace(Night("night", "ada"), **what)


def state(known: Facts, of: str = "cleo") -> GroupState:
    return state_for(known, of)


def member(known: Facts, name: str = "cleo") -> MemberState:
    return next(member for member in state(known).members if member.account == name)


def heard(status: ListenerStatus, **what: object) -> Night:
    return night(listeners={"cleo": replace(Listener("cleo", join_rev=1, consent_id="new", status=status), **what)})


def test_host_comes_first_then_co_hosts_then_who_joined_first() -> None:
    assert [one.account for one in state(facts()).members] == ["ada", "bob", "cleo"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("catching_up", "catching up"),
        ("in_sync", "in sync"),
        ("stepped_out", "stepped out"),
        ("no_device", "no device"),
        ("limited", "waiting for Spotify's limit"),
        ("trouble", "trouble"),
    ],
)
def test_listener_has_the_status_the_worker_saw(status: ListenerStatus, words: str) -> None:
    known = member(facts(night=heard(status)))
    assert (known.status, known.status_words) == (status, words)


def test_listener_in_sync_says_how_far_off_on_which_device() -> None:
    known = member(facts(night=heard("in_sync", skew_ms=120.0, device_name="Cleo's phone")))
    assert (known.status_words, known.skew_ms, known.device_name) == ("in sync, +120 ms", 120.0, "Cleo's phone")


def test_wait_says_until_when_and_trouble_says_what() -> None:
    assert member(facts(night=heard("limited", until_ms=7.0))).until_ms == 7.0
    assert member(facts(night=heard("trouble", message="No answer."))).error == "No answer."


def test_rejoined_listener_is_catching_up_until_the_worker_has_seen_it() -> None:
    again = person("cleo", Wish(listening_in="friday", join_rev=2))
    assert member(facts(again, night=heard("stepped_out"))).status == "catching_up"


def test_listener_nobody_has_seen_yet_is_waiting() -> None:
    assert member(facts(night=night())).status == "waiting"
    assert member(facts()).status == "waiting"


def test_night_of_an_earlier_session_does_not_count() -> None:
    old = replace(heard("in_sync"), session_id="older", timeline=Timeline(1, SONGS[0], 0.0, 0.0, True), notice="Old")
    shown = state(facts(night=old))
    assert (shown.playback, shown.notice, shown.members[2].status) == (None, "", "waiting")


def test_stopped_session_shows_no_playback() -> None:
    playing = night(timeline=Timeline(1, SONGS[0], 0.0, 0.0, True))
    assert state(facts(session=replace(RUNNING, state="stopped"), night=playing)).playback is None


@pytest.mark.parametrize(
    ("listening_in", "running", "status"),
    [
        (None, {}, "stepped_out"),
        ("kitchen", {"kitchen": "Kitchen"}, "elsewhere"),
        ("kitchen", {}, "stepped_out"),  # the other session has ended
    ],
)
def test_who_does_not_listen_here_is_out_or_elsewhere(
    listening_in: str | None, running: dict[str, str], status: MemberStatus
) -> None:
    known = facts(person("cleo", Wish(listening_in=listening_in)), night=heard("in_sync"), running=running)
    assert member(known).status == status
    assert not state(known).me.is_listening


def test_only_oneself_sees_where_else_one_listens() -> None:
    known = facts(person("cleo", Wish(listening_in="kitchen")), running={"kitchen": "Secret plans"})
    mine, others = state(known), state(known, "bob")
    assert mine.me.elsewhere
    assert mine.me.elsewhere.name == "Secret plans"
    assert others.me.elsewhere is None
    assert "Secret plans" not in str(others)


@pytest.mark.parametrize("session", [STOPPED, RUNNING])
@pytest.mark.parametrize("standing", ["needs_login", "not_premium", "no_seat"])
def test_trouble_with_the_account_comes_before_all_else(session: SessionWish, standing: Standing) -> None:
    seen = AccountSeen("new", standing=standing, message="Why.")
    known = member(facts(person("cleo", seen=seen), session, heard("in_sync")))
    assert known.status == standing


def test_trouble_of_an_earlier_login_is_over() -> None:
    seen = AccountSeen("old", standing="needs_login", message="Why.")
    known = member(facts(person("cleo", seen=seen), STOPPED))
    assert (known.status, known.error) == ("ready", "")


def test_account_without_consent_needs_a_login() -> None:
    assert member(facts(person("cleo", consent=None))).status == "needs_login"


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        (None, "ready"),
        (AccountSeen("new"), "ready"),  # nobody has looked yet
        (AccountSeen("new", devices=(PHONE,), devices_at_ms=1.0), "ready"),
        (AccountSeen("new", devices_at_ms=1.0), "no_device"),
        (AccountSeen("new", devices=(SONOS,), devices_at_ms=1.0), "no_device"),
    ],
)
def test_missing_device_is_said_before_the_session_starts(seen: AccountSeen | None, status: MemberStatus) -> None:
    assert member(facts(person("cleo", seen=seen), STOPPED)).status == status


def test_host_has_the_status_of_the_one_who_sets_the_pace() -> None:
    leading = night(host_status="in_sync", host_device=replace(PHONE, name="Ada's phone"))
    known = member(facts(night=leading), "ada")
    assert (known.status_words, known.device_name) == ("sets the pace", "Ada's phone")


def test_host_in_trouble_says_so() -> None:
    silent = night(host_status="limited", host_message="A short break.", host_until_ms=9.0)
    known = member(facts(night=silent), "ada")
    assert (known.status, known.error, known.until_ms) == ("limited", "A short break.", 9.0)


def test_co_host_who_took_over_is_the_one_who_sets_the_pace() -> None:
    known = facts(night=replace(heard("in_sync"), host="bob", host_status="in_sync"))
    assert member(known, "bob").status_words == "sets the pace"
    assert member(known, "ada").status == "waiting"


def test_playback_is_the_timeline_with_the_next_three() -> None:
    timeline = Timeline(4, SONGS[0], 500.0, 900.0, True, upcoming=SONGS[1:])
    playback = state(facts(night=night(timeline=timeline))).playback
    assert playback
    assert (playback.rev, playback.track, playback.position_ms, playback.at_ms) == (4, SONGS[0], 500.0, 900.0)
    assert playback.upcoming == SONGS[1:4]


@pytest.mark.parametrize(("of", "url"), [("ada", URL), ("bob", URL), ("cleo", None)])
def test_invite_is_for_those_who_may_invite(of: str, url: str | None) -> None:
    assert state(dataclasses.replace(facts(), invite_url=URL), of).invite_url == url
