from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.guess import game as rules
from songswap.core.guess.game import MACHINE, PartyError
from songswap.model.guessing import PartySong
from songswap.model.party import Guess, Party

ACCOUNTS = ("ada", "bob", "cleo")


def song(whose: str, number: int = 0, chances: tuple[float, ...] = (0.5, 0.3, 0.2)) -> PartySong:
    return PartySong(f"spotify:track:{whose}{number}", f"Song {number}", "Aiko", whose, chances, plays=9)


def party(*songs: PartySong) -> Party:
    return Party("game", "session", ACCOUNTS, seconds=20, started_at_ms=0.0, songs=songs)


def a_round(whose: str, *guesses: tuple[str, str, float], **fields: object) -> Party:
    """A game of one round that began at 0, with guesses of somebody, for somebody, after some seconds."""
    game = rules.began(party(song(whose, **fields), song("ada", 7)), 0.0)
    for by, for_whom, after_s in guesses:
        game = rules.guessed(game, Guess(by, for_whom, after_s * 1000), {*ACCOUNTS, "dario"})
    return game


def points(game: Party, now_ms: float = 60_000.0) -> dict[str, int]:
    return {row.account: row.points for row in rules.table(game, now_ms)}


def test_a_right_guess_is_a_hundred_points_and_up_to_fifty_for_speed() -> None:
    game = a_round("ada", ("bob", "ada", 0.0), ("cleo", "ada", 10.0), ("dario", "bob", 1.0))
    assert points(game) == {"ada": 50, "bob": 150, "cleo": 125, "dario": 0, MACHINE: 100}


def test_nothing_counts_before_the_time_is_up() -> None:
    game = a_round("ada", ("bob", "ada", 0.0))
    assert points(game, 19_999.0) == {"ada": 0, "bob": 0, "cleo": 0, MACHINE: 0}
    assert points(game, 20_000.0)["bob"] == 150


def test_the_last_guess_in_time_counts_and_its_own_time() -> None:
    assert points(a_round("ada", ("bob", "cleo", 0.0), ("bob", "ada", 10.0)))["bob"] == 125


def test_whose_song_it_is_gets_points_if_it_was_neither_too_easy_nor_too_hard_and_none_for_guessing() -> None:
    assert points(a_round("ada", ("ada", "ada", 0.0), ("bob", "ada", 20 - 1e-3), ("cleo", "bob", 1.0)))["ada"] == 50
    assert points(a_round("ada", ("bob", "ada", 1.0), ("cleo", "ada", 1.0)))["ada"] == 0
    assert points(a_round("ada", ("bob", "cleo", 1.0), ("cleo", "bob", 1.0)))["ada"] == 0
    assert points(a_round("ada", ("ada", "ada", 0.0)))["ada"] == 0


def test_the_machine_says_the_likeliest_and_the_first_of_equals() -> None:
    game = a_round("cleo", chances=(0.2, 0.4, 0.4))
    assert rules.machine_says(game, game.rounds[0].song) == "bob"
    assert points(game)[MACHINE] == 0


def test_a_round_ends_when_everybody_has_guessed_and_nobody_loses_speed_by_it() -> None:
    game = rules.began(party(song("ada"), song("bob")), 0.0)
    game = rules.guessed(game, Guess("bob", "ada", 5_000.0), {"ada", "bob"})
    assert rules.is_guessing(game, 5_001.0)
    game = rules.guessed(game, Guess("ada", "bob", 6_000.0), {"ada", "bob"})
    assert not rules.is_guessing(game, 6_001.0)
    assert points(game, 6_001.0)["bob"] == 100 + round(50 * 0.75)


@pytest.mark.parametrize(("whose", "at_ms", "code"), [("ada", 20_000.0, "too_late"), ("dario", 1.0, "not_playing")])
def test_a_guess_too_late_or_of_somebody_else_is_refused(whose: str, at_ms: float, code: str) -> None:
    game = rules.began(party(song("ada"), song("bob")), 0.0)
    with pytest.raises(PartyError) as refused:
        rules.guessed(game, Guess("bob", whose, at_ms), ACCOUNTS)
    assert refused.value.code == code


def test_rounds_come_one_after_the_other_until_no_song_is_left() -> None:
    game = rules.began(party(song("ada"), song("bob")), 0.0)
    with pytest.raises(PartyError, match="not over"):
        rules.began(game, 19_000.0)
    game = rules.began(game, 20_000.0)
    assert [played.song.whose for played in game.rounds] == ["ada", "bob"]
    with pytest.raises(PartyError, match="last song"):
        rules.began(game, 60_000.0)
    with pytest.raises(PartyError, match="over"):
        rules.began(rules.ended(game, 60_000.0), 60_000.0)


def test_a_skipped_round_counts_for_nobody() -> None:
    game = rules.skipped(a_round("ada", ("bob", "ada", 0.0)))
    assert points(game) == {"ada": 0, "bob": 0, "cleo": 0, MACHINE: 0}
    with pytest.raises(PartyError, match="no round"):
        rules.skipped(game)


def test_ending_in_the_middle_of_a_round_drops_it() -> None:
    game = rules.ended(a_round("ada", ("bob", "ada", 0.0)), 5_000.0)
    assert (game.rounds, game.songs, game.ended_at_ms) == ((), (), 5_000.0)
    assert rules.ended(game, 9_000.0) == game


def test_equals_share_a_place() -> None:
    game = a_round("ada", ("bob", "ada", 10.0), ("cleo", "ada", 10.0), chances=(0.1, 0.8, 0.1))
    assert [(row.account, row.place, row.right) for row in rules.table(game, 60_000.0)] == [
        ("bob", 1, 1),
        ("cleo", 1, 1),
        ("ada", 3, 0),
        (MACHINE, 3, 0),
    ]


def test_songs_are_everybodys_in_turns() -> None:
    songs = [song(whose, number) for whose in ACCOUNTS for number in range(9)]
    chosen = rules.chosen(songs, ACCOUNTS, 6, Random(1).shuffle)
    assert [sum(one.whose == whose for one in chosen) for whose in ACCOUNTS] == [2, 2, 2]
    assert len({one.uri for one in chosen}) == 6


@pytest.mark.parametrize("songs", [[], [song("ada"), song("bob")], [song("ada", number) for number in range(9)]])
def test_too_few_songs_or_those_of_one_alone_are_no_game(songs: list[PartySong]) -> None:
    with pytest.raises(PartyError, match="too few"):
        rules.chosen(songs, ACCOUNTS, 5, Random(1).shuffle)


def test_somebody_who_withdraws_is_in_no_round_song_guess_or_chance_any_more() -> None:
    game = a_round("ada", ("bob", "ada", 0.0), ("cleo", "bob", 1.0), ("dario", "ada", 2.0))
    left = rules.without(game, "bob")
    assert left.accounts == ("ada", "cleo")
    assert [(one.by, one.whose) for one in left.rounds[0].guesses] == [("dario", "ada")]
    assert left.rounds[0].song.chances == pytest.approx((0.5 / 0.7, 0.2 / 0.7))
    gone = rules.without(game, "ada")
    assert (gone.rounds, gone.songs) == ((), ())
    assert rules.without(game, "somebody") == game


def test_with_one_person_left_the_game_is_over() -> None:
    left = rules.without(rules.without(a_round("ada"), "bob"), "cleo")
    assert left.ended_at_ms == 20_000.0


@given(
    st.lists(st.tuples(st.sampled_from(["ada", "bob", "cleo", "dario"]), st.sampled_from(ACCOUNTS), st.floats(0, 19)))
)
def test_whoever_withdraws_at_whatever_point_is_nowhere_in_the_game(guesses: list[tuple[str, str, float]]) -> None:
    game = rules.began(party(song("ada"), song("bob", 1), song("cleo", 2)), 0.0)
    for by, whose, after_s in guesses:
        game = rules.guessed(game, Guess(by, whose, after_s * 1000), {*ACCOUNTS, "dario", "nobody"})
    for account in ("bob", "dario"):
        left = rules.without(game, account)
        assert account not in left.accounts
        assert all(account not in {one.by, one.whose} for played in left.rounds for one in played.guesses)
        assert all(one.whose != account for one in left.songs)
        assert all(len(one.chances) == len(left.accounts) for one in left.songs)
        assert account not in points(left)
