"""The moment a timer tells the players of a group to change what they play."""

from dataclasses import dataclass

from songswap.model.interval import Act

AHEAD_MS = 400.0
"""A boundary is taken in so long before its command has to leave: written down by then, and nothing else under way."""


@dataclass(frozen=True)
class Boundary:
    """The beginning of the phase `number`, counted from 0 over all rounds; the last is the end."""

    number: int
    at_ms: float
    act: Act
    missed: int = 0
    """How many before it nobody took care of."""
    run: int = 0
    """Of which start of the timer."""
