"""The game of a night: a song plays, everybody guesses whose it is. Times are UTC epoch milliseconds."""

from songswap.model.guessing import PartySong
from songswap.model.struct import Struct


class Guess(Struct, frozen=True):
    """Somebody's guess, the last one they made in a round, and when that was."""

    by: str
    whose: str
    at_ms: float


class PartyRound(Struct, frozen=True):
    """A song, and what was guessed. From `ends_at_ms` on the answer is shown."""

    song: PartySong
    started_at_ms: float
    ends_at_ms: float
    guesses: tuple[Guess, ...] = ()


class Party(Struct, frozen=True):
    """A game among the people of a pick, in a session. Points follow from the rounds."""

    id: str
    session_id: str
    accounts: tuple[str, ...]
    seconds: int
    started_at_ms: float
    songs: tuple[PartySong, ...] = ()
    """Those still to come, in their order."""
    rounds: tuple[PartyRound, ...] = ()
    ended_at_ms: float | None = None
