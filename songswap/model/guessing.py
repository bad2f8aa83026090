"""Whose song is it: who agreed that it is learnt from them, what was learnt, and the game that is played with it."""

from typing import Literal

from songswap.model.struct import Struct

GuessKind = Literal["songs", "words"]
"""Who would play a song; who would write a text."""
LearntState = Literal["learning", "done", "too_little", "failed"]


class Agreed(Struct, frozen=True):
    """In which groups somebody agreed that their songs, and their words, are learnt from."""

    songs: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def to(self, kind: GuessKind) -> tuple[str, ...]:
        """The groups in which they agreed to `kind`."""
        return self.songs if kind == "songs" else self.words


class Pick(Struct, frozen=True):
    """The people of a group, two to eight, between whom guesses shall be made. `at_ms` is when that was last wanted."""

    id: str
    kind: GuessKind
    accounts: tuple[str, ...]
    at_ms: float
    rev: int = 1
    """Grows when somebody asks to have it learnt again."""


class Picks(Struct, frozen=True):
    """The picks of a group that are kept, the latest first."""

    items: tuple[Pick, ...] = ()


class Doubt(Struct, frozen=True):
    """A share of `count`, with the interval it lies in with 95 % certainty (Wilson's)."""

    share: float
    least: float
    most: float
    count: int


class Quality(Struct, frozen=True):
    """How well it guesses what it has not learnt from, in five rounds that each leave out a fifth.

    `accuracy` is how often its first choice is right, `majority` how often the choice of whoever has most would be.
    `log_loss` and `base_log_loss` compare chances with the truth (less is better), the latter for base rates alone.
    `calibration` is by how much stated chances and what happened differ on average (expected calibration error).
    """

    accuracy: Doubt
    majority: float
    log_loss: float
    base_log_loss: float
    calibration: float

    @property
    def is_better(self) -> bool:
        """Whether it is surely better than the choice of whoever has most."""
        return self.accuracy.least > self.majority


class Brain(Struct, frozen=True):
    """What was learnt, as a linear rule: each trait speaks for or against each of `accounts`, in their order.

    `base` are the chances without knowing anything, `intercepts` what they are reckoned from. `weights` are by trait.
    `temperature` and `sharpness` scale what the traits add up to, so that stated chances are right on average; with a
    chance of `doubt` none of it holds, and the base rates do.
    """

    accounts: tuple[str, ...]
    base: tuple[float, ...]
    intercepts: tuple[float, ...]
    weights: dict[str, tuple[float, ...]]
    temperature: float
    sharpness: float
    doubt: float


class PartySong(Struct, frozen=True):
    """A song that is one person's alone of a pick, and what the machine says of it without having learnt from it."""

    uri: str
    title: str
    artist: str
    whose: str
    chances: tuple[float, ...]
    plays: int


class Learnt(Struct, frozen=True):
    """What came of learning a pick. `examples` are how many songs or texts of each; `made_of` which ones, as hashes.

    `rev` is that of the pick. `error` says in words what is in the way.
    """

    pick: str
    state: LearntState
    at_ms: float
    rev: int = 0
    examples: dict[str, int] = {}
    made_of: dict[str, str] = {}
    took_s: float = 0.0
    quality: Quality | None = None
    songs: tuple[PartySong, ...] = ()
    error: str = ""


class Taught(Struct, frozen=True):
    """What was learnt, and the rule, which is kept in a document of its own: it is large, and needed for guesses alone.

    There is no rule where there was too little to learn from.
    """

    learnt: Learnt
    brain: Brain | None = None
