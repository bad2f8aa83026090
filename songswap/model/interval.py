"""The interval timer: what somebody wants of it, and what the worker has done. Times are UTC epoch milliseconds."""

from typing import Literal

from songswap.model.session import Night
from songswap.model.struct import Struct

AtBoundary = Literal["skip", "announce"]
AtEnd = Literal["go_on", "pause"]
Press = Literal["start", "pause", "resume", "reset", "skip"]
"""What people ask of a timer that is set up."""
TimerState = Literal["none", "ready", "running", "paused", "done"]
Act = Literal["start", "skip", "pause"]
"""What a boundary asks of the music."""


class Phase(Struct, frozen=True):
    """A named stretch of time, such as “work” for 40 s."""

    name: str
    length_s: float


class Interval(Struct, frozen=True):
    """A timer as somebody wants it. Without phases there is none.

    All that it shows follows from `started_at_ms`: paused time moves that forward, so no moment is ever a sum of waits.
    `run` is another number for each start, and for each other timer: what was done for one is not done for the next.
    """

    run: int = 0
    phases: tuple[Phase, ...] = ()
    repeat: int | None = 1
    """How often the phases come; None: for a whole day."""
    context_uri: str | None = None
    """What to start with the timer; None: what is playing."""
    device_id: str | None = None
    device_name: str = ""
    shuffle: bool | None = None
    """None: as it is."""
    at_boundary: AtBoundary = "skip"
    at_end: AtEnd = "go_on"
    by: str = ""
    """Account id of who started it, on whose device it acts where no session runs."""
    started_at_ms: float | None = None
    paused_at_ms: float | None = None


class Ticks(Struct, frozen=True):
    """What the worker has done for a timer's `run`: written before it is done, so that nothing is done twice."""

    run: int = 0
    done: int = -1
    """The latest boundary that was taken care of; 0 is the start."""
    missed: int = 0
    """Boundaries that went by unnoticed before that one, which stands for them all."""
    retry_at_ms: float = 0.0
    """Spotify wants nothing before: what it refused is tried then."""
    night: Night | None = None
    """The player of who started the timer, where no session runs."""
