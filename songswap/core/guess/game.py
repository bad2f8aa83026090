"""The game of a night: whose song plays? Rounds, guesses, points. All of it follows from what was guessed, and when."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from songswap.model.guessing import PartySong
from songswap.model.party import Guess, Party, PartyRound
from songswap.model.struct import Struct

MACHINE: Final = ""
"""Stands for the machine among those who guess: no account is called so."""
RIGHT: Final = 100
"""Points for a right guess."""
FASTEST: Final = 50
"""Points besides for one made at once; less with every moment, none at the end."""
HIDDEN: Final = 50
"""Points for whose song it is, if somebody guessed it, and somebody did not: neither too easy nor too hard."""
LEAST_ROUNDS: Final = 3
MOST_ROUNDS: Final = 20
SHORTEST_S: Final = 10
LONGEST_S: Final = 120

Shuffle = Callable[[list[PartySong]], None]
"""Puts songs in any order, in place."""


class PartyError(Exception):
    """This can't be done in the game; `code` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class GameStanding(Struct, frozen=True):
    """Somebody's place in the table; equals share one. `account` is MACHINE for the machine."""

    account: str
    points: int
    right: int
    place: int


def chosen(songs: Sequence[PartySong], accounts: Collection[str], rounds: int, shuffle: Shuffle) -> list[PartySong]:
    """Songs for `rounds` rounds: everybody's in turns, as far as there are any. Raises PartyError for too few."""
    left = {account: [song for song in songs if song.whose == account] for account in sorted(accounts)}
    for theirs in left.values():
        shuffle(theirs)
    order: list[PartySong] = []
    while len(order) < rounds and any(left.values()):
        turn = [theirs.pop() for theirs in left.values() if theirs]
        shuffle(turn)
        order += turn
    if len(order) < LEAST_ROUNDS or len({song.whose for song in order}) < 2:
        raise PartyError(
            "too_few_songs",
            "There are too few songs that only one of you plays. Bring more listening history, or pick other people.",
        )
    return order[:rounds]


def present(party: Party) -> PartyRound | None:
    """The last round that was begun."""
    return party.rounds[-1] if party.rounds else None


def is_guessing(party: Party, now_ms: float) -> bool:
    """Whether guesses are taken."""
    round_ = present(party)
    return round_ is not None and party.ended_at_ms is None and now_ms < round_.ends_at_ms


def is_last(party: Party) -> bool:
    """Whether no song is left."""
    return not party.songs


def began(party: Party, now_ms: float) -> Party:
    """The next round. Raises PartyError while one is being guessed, or when there is none left."""
    if party.ended_at_ms is not None:
        raise PartyError("over", "This game is over. Start another one.")
    if is_guessing(party, now_ms):
        raise PartyError("guessing", "This round is not over yet.")
    if is_last(party):
        raise PartyError("no_more", "That was the last song.")
    song, *rest = party.songs
    round_ = PartyRound(song, now_ms, now_ms + party.seconds * 1000)
    return replace(party, songs=tuple(rest), rounds=(*party.rounds, round_))


def skipped(party: Party) -> Party:
    """Without the present round: the song could not be played, or everybody knows. Raises PartyError for none."""
    if not party.rounds or party.ended_at_ms is not None:
        raise PartyError("no_round", "There is no round to skip.")
    return replace(party, rounds=party.rounds[:-1])


def guessed(party: Party, guess: Guess, everybody: Collection[str]) -> Party:
    """With somebody's guess instead of their last one. The round ends when `everybody` (two or more) has guessed.

    Raises PartyError outside a round's time, or for somebody it can't be.
    """
    if not is_guessing(party, guess.at_ms):
        raise PartyError("too_late", "It is too late to guess: the answer is shown.")
    if guess.whose not in party.accounts:
        raise PartyError("not_playing", "The songs of this person are not in this game.")
    round_ = party.rounds[-1]
    guesses = (*(one for one in round_.guesses if one.by != guess.by), guess)
    is_all = len(everybody) > 1 and set(everybody) <= {one.by for one in guesses}
    ends_at_ms = guess.at_ms if is_all else round_.ends_at_ms
    return replace(party, rounds=(*party.rounds[:-1], replace(round_, guesses=guesses, ends_at_ms=ends_at_ms)))


def ended(party: Party, now_ms: float) -> Party:
    """The game, over: what was guessed stays, unless the round's time was not up."""
    if party.ended_at_ms is not None:
        return party
    rounds = party.rounds[:-1] if is_guessing(party, now_ms) else party.rounds
    return replace(party, rounds=rounds, songs=(), ended_at_ms=now_ms)


def without(party: Party, account: str) -> Party:
    """The game without anything of `account`, who does not want to be in it any more, not even in rounds that were.

    With fewer than two people left it is over.
    """
    involved = {one.by for played in party.rounds for one in played.guesses} | set(party.accounts)
    if account not in involved:
        return party
    kept = tuple(
        replace(played, guesses=tuple(one for one in played.guesses if account not in {one.by, one.whose}))
        for played in party.rounds
        if played.song.whose != account
    )
    rest = replace(
        party,
        accounts=tuple(one for one in party.accounts if one != account),
        songs=tuple(_forgetful(song, party, account) for song in party.songs if song.whose != account),
        rounds=tuple(replace(played, song=_forgetful(played.song, party, account)) for played in kept),
    )
    if len(rest.accounts) > 1 or party.ended_at_ms is not None:
        return rest
    return replace(rest, songs=(), ended_at_ms=rest.rounds[-1].ends_at_ms if rest.rounds else rest.started_at_ms)


def machine_says(party: Party, song: PartySong) -> str:
    """Whose the machine thinks a song is; of equals the first."""
    best = max(range(len(party.accounts)), key=song.chances.__getitem__)
    return party.accounts[best]


def points_of(party: Party, played: PartyRound) -> dict[str, int]:
    """What a round brings everybody who guessed, whose song it is, and the machine."""
    whose = played.song.whose
    others = [one for one in played.guesses if one.by != whose]
    points = {one.by: _worth(one, played, party.seconds) if one.whose == whose else 0 for one in others}
    right = sum(one.whose == whose for one in others)
    points[whose] = HIDDEN if 0 < right < len(others) else 0
    points[MACHINE] = RIGHT if machine_says(party, played.song) == whose else 0
    return points


def table(party: Party, now_ms: float) -> tuple[GameStanding, ...]:
    """Who has how many points of the rounds that are over, the most first."""
    over = [played for played in party.rounds if party.ended_at_ms is not None or now_ms >= played.ends_at_ms]
    points: dict[str, int] = dict.fromkeys([*party.accounts, MACHINE], 0)
    right: dict[str, int] = {}
    for played in over:
        for account, more in points_of(party, played).items():
            points[account] = points.get(account, 0) + more
        for account in _right_in(party, played):
            right[account] = right.get(account, 0) + 1
    order = sorted(points, key=lambda one: (-points[one], -right.get(one, 0), one == MACHINE, one))
    return tuple(GameStanding(one, points[one], right.get(one, 0), _place(points, points[one])) for one in order)


def _right_in(party: Party, played: PartyRound) -> list[str]:
    whose = played.song.whose
    right = [one.by for one in played.guesses if one.whose == whose != one.by]
    return [*right, *([MACHINE] if machine_says(party, played.song) == whose else [])]


def _place(points: Mapping[str, int], mine: int) -> int:
    return 1 + sum(other > mine for other in points.values())


def _worth(guess: Guess, played: PartyRound, seconds: int) -> int:
    """The time left is of the time there was at first: whoever guesses last and so ends a round early loses nothing."""
    left = 1 - (guess.at_ms - played.started_at_ms) / (seconds * 1000)
    return RIGHT + round(FASTEST * max(0.0, min(1.0, left)))


def _forgetful(song: PartySong, party: Party, account: str) -> PartySong:
    """The song with chances for those who are left, in their order, adding up to 1 again."""
    kept = [chance for one, chance in zip(party.accounts, song.chances, strict=True) if one != account]
    total = sum(kept) or 1.0
    return replace(song, chances=tuple(chance / total for chance in kept))
