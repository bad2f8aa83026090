from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from songswap.core.people.groups import RefusedError
from songswap.core.session import requests as rules
from songswap.model.links import SecretLink
from songswap.model.nights import Handed, HandedRequest, Requests, RequestSettings, SongRequest, Votes
from songswap.model.people import Group, Member
from tests.core.music import MINUTE_MS, A, B, night, timeline, track

PEOPLE = {"ada": "host", "bob": "co-host", "cleo": "listener", "dan": "listener"}
GROUP = Group("g", "G", 0.0, SecretLink("x", 1.0), {name: Member(role, 0.0) for name, role in PEOPLE.items()})
OPEN = Requests("s", RequestSettings(limit_each=10))


def wish(by: str, name: str) -> SongRequest:
    return SongRequest(name, by, track(name), 0.0)


def asked(*wishes: str, start: Requests = OPEN) -> Requests:
    """Requests after wishes such as "cleo1"."""
    for name in wishes:
        start = rules.ask(start, GROUP, wish(name.rstrip("0123456789"), name), ())
    return start


def order(requests: Requests) -> str:
    return " ".join(one.id for one in requests.waiting)


def handed(requests: Requests, problem: str = "") -> Requests:
    """The requests once the first of them was given to the host's player."""
    given = HandedRequest(requests.waiting[0], 1, is_sent=not problem, problem=problem)
    return rules.in_session(requests, "s", Handed("s", (given,)))


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ("cleo1 cleo2 cleo3", "cleo1 cleo2 cleo3"),
        ("cleo1 cleo2 dan1", "cleo1 dan1 cleo2"),
        ("cleo1 cleo2 cleo3 dan1 dan2 bob1", "cleo1 dan1 bob1 cleo2 dan2 cleo3"),
        ("cleo1 dan1 cleo2 dan2 dan3", "cleo1 dan1 cleo2 dan2 dan3"),
    ],
)
def test_people_take_turns_in_the_order_they_came(wishes: str, expected: str) -> None:
    assert order(asked(*wishes.split())) == expected


def test_whoever_was_heard_waits_for_those_who_were_not() -> None:
    after = handed(asked("cleo1", "dan1", "cleo2"))
    assert order(asked("bob1", "cleo3", start=after)) == "dan1 bob1 cleo2 cleo3"


def test_newcomer_of_a_long_night_does_not_catch_up_on_everything() -> None:
    requests = asked("cleo1", "cleo2", "cleo3", "cleo4")
    for _ in range(3):
        requests = handed(requests)
    assert order(asked("dan1", "dan2", "cleo5", start=requests)) == "dan1 cleo4 dan2 cleo5"


def test_a_song_that_could_not_be_played_was_no_turn() -> None:
    after = handed(asked("cleo1", "dan1"), problem="no")
    assert order(asked("cleo2", start=after)) == "dan1 cleo2"
    assert after.turns == {}


def test_what_is_about_to_be_sent_still_waits() -> None:
    requests = asked("cleo1")
    unsent = Handed("s", (HandedRequest(requests.waiting[0], 1),))
    assert rules.in_session(requests, "s", unsent) == requests


@given(st.lists(st.sampled_from([*PEOPLE, "serve"]), max_size=60))
def test_nobody_waits_for_two_of_anothers_before_their_first(events: list[str]) -> None:
    requests = replace(OPEN, settings=RequestSettings(limit_each=100))
    number = 0
    for event in events:
        if event != "serve":
            number += 1
            requests = asked(f"{event}{number}", start=requests)
            newest = next(place for place, one in enumerate(requests.waiting) if one.id == f"{event}{number}")
            ahead = Counter(one.by for one in requests.waiting[:newest])
            if event not in requests.turns and ahead[event] == 0:
                assert max(ahead.values(), default=0) <= 1
            assert all(count <= ahead[event] + 2 for count in ahead.values())
        elif requests.waiting:
            requests = handed(requests)
        turns = [one.turn for one in requests.waiting]
        assert turns == sorted(turns)


@given(st.lists(st.sampled_from(list(PEOPLE)), max_size=20))
def test_ones_own_wishes_stay_in_their_order(people: list[str]) -> None:
    start = replace(OPEN, settings=RequestSettings(limit_each=100))
    requests = asked(*(f"{person}{number}" for number, person in enumerate(people)), start=start)
    for person in PEOPLE:
        own = [int(one.id.removeprefix(person)) for one in requests.waiting if one.by == person]
        assert own == sorted(own)


def refusal(code: str) -> object:
    return pytest.raises(RefusedError, check=lambda error: error.code == code)


def test_nobody_has_more_waiting_than_the_limit() -> None:
    start = Requests("s", RequestSettings(limit_each=2))
    with refusal("too_many_requests"):
        asked("cleo1", "cleo2", "cleo3", start=start)
    assert order(asked("cleo1", "cleo2", "dan1", start=start)) == "cleo1 dan1 cleo2"


def test_a_whole_group_has_no_more_than_can_be_heard() -> None:
    crowd = replace(OPEN, waiting=tuple(wish(f"person{n}", f"song{n}") for n in range(rules.MOST_WAITING)))
    with refusal("too_many_requests"):
        asked("cleo1", start=crowd)


@pytest.mark.parametrize("same", [{}, {"uri": "spotify:track:other"}], ids=["same uri", "relinked"])
def test_a_song_that_waits_or_plays_is_refused(same: dict[str, str]) -> None:
    again = replace(wish("dan", "cleo1"), track=replace(track("cleo1"), **same))
    with refusal("duplicate_request"):
        rules.ask(asked("cleo1"), GROUP, again, ())
    with refusal("duplicate_request"):
        rules.ask(OPEN, GROUP, again, (track("cleo1"),))


@pytest.mark.parametrize(("by", "may"), [("ada", True), ("bob", True), ("cleo", False)])
def test_in_calm_mode_only_hosts_decide(by: str, may: bool) -> None:
    calm = Requests("s", RequestSettings(is_calm=True))
    if may:
        assert order(asked(f"{by}1", start=calm)) == f"{by}1"
        assert rules.vote(calm, GROUP, by, "s.1", "s.1", {by}).votes.is_passed
        return
    with refusal("calm"):
        asked(f"{by}1", start=calm)
    with refusal("calm"):
        rules.vote(calm, GROUP, by, "s.1", "s.1", {by})


@pytest.mark.parametrize(("by", "may"), [("ada", True), ("bob", True), ("cleo", True), ("dan", False)])
def test_a_wish_is_taken_back_by_its_owner_or_vetoed_by_hosts(by: str, may: bool) -> None:
    if may:
        assert order(rules.take_back(asked("cleo1", "dan1"), GROUP, by, "cleo1")) == "dan1"
        return
    with refusal("not_allowed"):
        rules.take_back(asked("cleo1"), GROUP, by, "cleo1")


def test_what_does_not_wait_cannot_be_taken_back() -> None:
    with refusal("no_such_request"):
        rules.take_back(asked("cleo1"), GROUP, "ada", "cleo2")


def test_the_hosts_order_holds_and_newcomers_are_fitted_in_behind_their_turn() -> None:
    requests = rules.reorder(asked("cleo1", "dan1", "cleo2"), GROUP, "ada", ["cleo2", "cleo1", "dan1"])
    assert order(requests) == "cleo2 cleo1 dan1"
    assert order(asked("bob1", start=requests)) == "cleo2 cleo1 bob1 dan1"


@pytest.mark.parametrize("ids", [["cleo1"], ["cleo1", "cleo1"], ["cleo1", "dan1", "x"], []])
def test_an_order_of_another_list_is_refused(ids: list[str]) -> None:
    with refusal("list_changed"):
        rules.reorder(asked("cleo1", "dan1"), GROUP, "ada", ids)


def test_listeners_do_not_reorder() -> None:
    with refusal("not_allowed"):
        rules.reorder(asked("cleo1"), GROUP, "cleo", ["cleo1"])


@pytest.mark.parametrize(("listeners", "expected"), [(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4)])
def test_half_of_the_listeners_rounded_up_skip(listeners: int, expected: int) -> None:
    assert rules.needed(listeners) == expected


def test_votes_pass_once_enough_listen_and_agree() -> None:
    first = rules.vote(OPEN, GROUP, "cleo", "s.1", "s.1", PEOPLE)
    assert first.votes == Votes("s.1", ("cleo",))
    again = rules.vote(first, GROUP, "cleo", "s.1", "s.1", PEOPLE)
    assert again == first
    assert rules.vote(first, GROUP, "dan", "s.1", "s.1", PEOPLE).votes.is_passed


def test_votes_of_those_who_left_do_not_count() -> None:
    first = rules.vote(OPEN, GROUP, "cleo", "s.1", "s.1", PEOPLE)
    rest = {"ada", "bob", "dan"}
    assert rules.counted(first.votes, rest) == 0
    assert not rules.vote(first, GROUP, "dan", "s.1", "s.1", rest).votes.is_passed


def test_when_others_leave_those_who_voted_may_be_enough() -> None:
    first = rules.vote(OPEN, GROUP, "cleo", "s.1", "s.1", PEOPLE)
    assert rules.vote(first, GROUP, "cleo", "s.1", "s.1", {"ada", "cleo"}).votes.is_passed


def test_votes_of_the_song_before_are_gone() -> None:
    first = rules.vote(OPEN, GROUP, "cleo", "s.1", "s.1", PEOPLE)
    assert rules.vote(first, GROUP, "dan", "s.2", "s.2", PEOPLE).votes == Votes("s.2", ("dan",))


@pytest.mark.parametrize(("cast", "play"), [("s.1", "s.2"), ("old.2", "s.2"), ("", ""), ("s.1", "")])
def test_a_vote_for_a_song_that_is_over_is_refused(cast: str, play: str) -> None:
    with refusal("already_over"):
        rules.vote(OPEN, GROUP, "cleo", cast, play, PEOPLE)


def test_only_those_who_listen_vote() -> None:
    with refusal("not_listening"):
        rules.vote(OPEN, GROUP, "cleo", "s.1", "s.1", {"ada"})


def test_each_play_of_a_song_has_a_name_of_its_own() -> None:
    repeated = night(timeline=timeline(upcoming=(A, B)))
    names = [rules.play_of(repeated, at_ms) for at_ms in (0, 3 * MINUTE_MS, 6 * MINUTE_MS)]
    assert names == ["s.1", "s.2", "s.3"]
    assert rules.play_of(night(timeline=None), 0) == rules.play_of(None, 0) == ""


def test_a_new_session_begins_without_wishes_and_votes_but_keeps_the_settings() -> None:
    old = rules.vote(asked("cleo1"), GROUP, "cleo", "s.1", "s.1", PEOPLE)
    assert rules.in_session(old, "t") == Requests("t", OPEN.settings)
    assert rules.in_session(None, "t") == Requests("t")


def test_what_comes_and_whose_wish_it_is_are_known() -> None:
    one, two = (HandedRequest(wish("cleo", name), 1, is_sent=True) for name in ("one", "two"))
    refused = replace(two, problem="no")
    assert rules.coming(Handed("s", (one, refused))) == one
    assert rules.coming(Handed("s", (replace(one, heard_in=4),))) is None
    assert rules.wished_by(Handed("s", (replace(one, heard_in=4),)), 4) == "cleo"
    assert rules.wished_by(Handed("s", (replace(one, heard_in=4),)), 5) is None
