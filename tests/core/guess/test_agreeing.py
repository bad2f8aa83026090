import pytest

from songswap.core.guess.agreeing import MOST_PICKS, PickError, agreed, kept, picked
from songswap.model.guessing import Agreed, Picks

EVERYBODY = [f"p{number}" for number in range(12)]


def test_people_agree_group_by_group_and_to_each_kind() -> None:
    ada = agreed(agreed(Agreed(), "one", songs=True, words=False), "two", songs=True, words=True)
    assert ada == Agreed(songs=("one", "two"), words=("two",))
    assert agreed(ada, "two", songs=False, words=False) == Agreed(songs=("one",))
    assert agreed(ada, "two", songs=True, words=True) == ada


@pytest.mark.parametrize(
    ("accounts", "words"),
    [
        ((), "people, not 0"),
        (("p0",), "people, not 1"),
        (("p0", "p0"), "people, not 1"),
        (EVERYBODY[:9], "people, not 9"),
        (("p0", "stranger"), "songs are learnt from"),
    ],
)
def test_a_pick_is_of_two_to_eight_who_agree(accounts: tuple[str, ...], words: str) -> None:
    with pytest.raises(PickError, match=words):
        picked(Picks(), "songs", accounts, EVERYBODY, 0.0)


def test_the_same_people_again_are_learnt_again_and_come_first() -> None:
    picks, first = picked(Picks(), "songs", ("p1", "p0"), EVERYBODY, 1.0)
    picks, _ = picked(picks, "words", ("p1", "p0"), EVERYBODY, 2.0)
    picks, again = picked(picks, "songs", ("p0", "p1"), EVERYBODY, 3.0)
    assert (first.id, first.rev, again.rev, again.at_ms) == (again.id, 1, 2, 3.0)
    assert [pick.kind for pick in picks.items] == ["songs", "words"]


def test_the_pick_wanted_longest_ago_makes_room() -> None:
    picks = Picks()
    for number in range(MOST_PICKS + 2):
        picks, _ = picked(picks, "songs", ("p0", EVERYBODY[number + 1]), EVERYBODY, float(number))
    assert [pick.accounts[1] for pick in picks.items] == [EVERYBODY[number] for number in range(MOST_PICKS + 2, 2, -1)]


def test_picks_of_somebody_who_does_not_agree_any_more_are_gone() -> None:
    picks, _ = picked(Picks(), "songs", ("p0", "p1"), EVERYBODY, 0.0)
    picks, _ = picked(picks, "words", ("p0", "p1"), EVERYBODY, 0.0)
    left = kept(picks, {"songs": {"p0", "p2"}, "words": {"p0", "p1"}})
    assert [pick.kind for pick in left.items] == ["words"]
