from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.talk import notices as rules
from songswap.core.talk.notices import EXCERPT, KEPT, KINDS, LABELS
from songswap.model.notices import Notice, NoticeKind, Notices
from songswap.model.posts import Card, Place, Post

WALL, POSTS, CHAT = Place("wall", "ada"), Place("group", "g"), Place("chat", "g")


def post(by: str = "bob", **more: Any) -> Post:
    return Post(n=7, at_ms=0.0, by=by, text="hello", **more)


@pytest.mark.parametrize(
    ("new", "place", "answered", "told"),
    [
        (post(), POSTS, None, {}),
        (post(mentions=("cleo", "dario")), POSTS, None, {"cleo": "mention", "dario": "mention"}),
        (post(answers=3), CHAT, post("ada"), {"ada": "reply"}),
        (post(answers=3, mentions=("ada",)), CHAT, post("ada"), {"ada": "mention"}),
        (post(answers=3), CHAT, post("bob"), {}),
        (post(answers=3), CHAT, post(""), {}),
        (post(), WALL, None, {"ada": "wall"}),
        (post("ada"), WALL, None, {}),
        (post("ada", mentions=("ada",)), WALL, None, {}),
        (post(mentions=("ada",)), WALL, None, {"ada": "mention"}),
        (post(answers=3), WALL, post("cleo"), {"cleo": "reply"}),
        (post(system="streak", mentions=("cleo",)), WALL, None, {}),
    ],
)
def test_a_post_is_told_to_those_it_is_for(
    new: Post, place: Place, answered: Post | None, told: dict[str, NoticeKind]
) -> None:
    assert rules.addressed(new, place, answered) == told


@pytest.mark.parametrize(
    ("notice", "off", "muted", "wanted"),
    [
        (Notice("mention", by=("bob",), group="g"), (), (), True),
        (Notice("mention", by=("ada",), group="g"), (), (), False),
        (Notice("mention", by=("bob",), group="g"), ("mention",), (), False),
        (Notice("mention", by=("bob",), group="g"), ("reply",), (), True),
        (Notice("reaction", by=("bob",), group="g"), (), ("g",), False),
        (Notice("wall", by=("bob",)), (), ("g",), True),
        (Notice("report", group="g"), (), ("g",), True),
        (Notice("asks_to_join", by=("bob",), group="g"), (), ("g",), True),
        (Notice("report", group="g"), ("report",), (), False),
        (Notice("renew_login", detail="week:1"), (), (), True),
    ],
)
def test_people_are_told_what_they_want_to_hear(
    notice: Notice, off: tuple[NoticeKind, ...], muted: tuple[str, ...], wanted: bool
) -> None:
    assert rules.is_wanted(notice, "ada", off, muted) is wanted


def told(*notices: Notice) -> Notices:
    kept = Notices()
    for moment, notice in enumerate(notices):
        kept = rules.put(kept, notice, 1_000.0 + moment)
    return kept


def test_reactions_to_one_post_are_one_notice_with_the_latest_first() -> None:
    on_one = [Notice("reaction", by=(who,), place="chat:g", post="7") for who in ("bob", "cleo", "dario")]
    on_another = Notice("reaction", by=("bob",), place="chat:g", post="8")
    kept = told(on_one[0], on_another, *on_one[1:])
    assert [(one.post, one.by) for one in kept.items] == [("7", ("dario", "cleo", "bob")), ("8", ("bob",))]
    assert rules.put(kept, on_one[1], 5_000.0) is kept


@pytest.mark.parametrize("kind", ["mention", "reply", "wall", "asks_to_join"])
def test_other_notices_are_one_for_each_who_did_it_and_once(kind: NoticeKind) -> None:
    bob, cleo = (Notice(kind, by=(who,), place="chat:g", post="7") for who in ("bob", "cleo"))
    kept = told(bob, cleo)
    assert [one.by for one in kept.items] == [("cleo",), ("bob",)]
    assert rules.put(kept, bob, 5_000.0) is kept


NOTICES = st.builds(
    Notice,
    kind=st.sampled_from(KINDS),
    by=st.sampled_from([("bob",), ("cleo",), ("dario",)]),
    place=st.just("chat:g"),
    post=st.sampled_from([str(n) for n in range(150)]),
)


@given(st.lists(st.tuples(NOTICES, st.integers(0, 10**12)), max_size=300))
def test_numbers_fall_along_the_list_whatever_the_clock_does(sent: list[tuple[Notice, int]]) -> None:
    kept = Notices()
    for notice, at_ms in sent:
        before = kept
        kept = rules.put(kept, notice, float(at_ms))
        assert kept is before or kept.items[0].n > max([0, *(one.n for one in before.items)])
    numbers = [one.n for one in kept.items]
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(numbers) <= KEPT


def test_only_the_latest_are_kept() -> None:
    kept = told(*(Notice("mention", by=("bob",), place="chat:g", post=str(n)) for n in range(KEPT + 30)))
    assert [one.post for one in kept.items] == [str(n) for n in range(KEPT + 29, 29, -1)]


def test_what_was_seen_stays_seen_and_nothing_to_come_is() -> None:
    kept = told(*(Notice("mention", by=("bob",), post=str(n)) for n in range(3)))
    newest = kept.items[0].n
    assert rules.see(kept, newest).seen == newest
    assert rules.see(kept, newest + 10**9).seen == newest
    assert rules.see(rules.see(kept, newest), 0).seen == newest
    assert rules.see(Notices(), 99).seen == 0


def test_somebody_who_is_gone_is_in_no_notice() -> None:
    kept = told(
        Notice("mention", by=("bob",), place="chat:g", post="1"),
        Notice("reaction", by=("bob",), place="chat:g", post="2"),
        Notice("reaction", by=("cleo",), place="chat:g", post="2"),
        Notice("reply", by=("cleo",), place="wall:bob", post="3"),
        Notice("report", place="chat:g", detail="r"),
    )
    left = rules.without_account(kept, "bob")
    assert [(one.kind, one.by) for one in left.items] == [("report", ()), ("reaction", ("cleo",))]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["Ada"], "Ada"),
        (["Ada", "Bob"], "Ada and Bob"),
        (["Ada", "Bob", "Cleo"], "Ada and 2 others"),
        (["{name}"] * 12, "{name} and 11 others"),
    ],
)
def test_many_are_told_in_few_words(names: list[str], words: str) -> None:
    assert rules.who(names) == words


@pytest.mark.parametrize(
    ("notice", "place", "name", "words"),
    [
        (Notice("mention"), CHAT, "Friday", "mentioned you in the chat of Friday"),
        (Notice("mention"), WALL, "Cleo", "mentioned you on the profile of Cleo"),
        (Notice("reply"), WALL, "", "replied to you on your profile"),
        (Notice("reply"), POSTS, "{where}", "replied to you in {where}"),
        (Notice("wall"), WALL, "", "wrote on your profile"),
        (Notice("reaction", post="7"), POSTS, "Friday", "reacted to your post in Friday"),
        (Notice("asks_to_join"), None, "Friday", "would like to join Friday"),
        (Notice("report", post="7"), CHAT, "Friday", "A post in the chat of Friday was reported"),
        (Notice("report"), POSTS, "Friday", "Somebody in Friday was reported"),
        (Notice("report"), WALL, "Cleo", "Cleo was reported"),
        (Notice("renew_login", detail="week:x"), None, "", "Your Spotify log-in ends within a week."),
    ],
)
def test_each_says_what_was_done_and_where(notice: Notice, place: Place | None, name: str, words: str) -> None:
    assert rules.did(notice, place, name) == words


def test_every_kind_can_be_switched_off_by_name() -> None:
    assert set(LABELS) == set(KINDS)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (Post(1, 0.0, "a", "one\n\ntwo"), "one two"),
        (Post(1, 0.0, "a", "x" * 500), "x" * (EXCERPT - 1) + "…"),
        (Post(1, 0.0, "a", "", card=Card("track", "https://x", "Undertow")), "Undertow"),
        (Post(1, 0.0, "a", ""), ""),
    ],
)
def test_an_excerpt_is_one_short_line(shown: Post, words: str) -> None:
    assert rules.excerpt(shown) == words
