"""What a player did, moment by moment, and from when on the API shows it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from .playback import Playback

LENGTH = 2_000


@dataclass(frozen=True)
class Moment:
    """A state, from when on the API shows it, and by how much it misreports its progress."""

    state: Playback
    visible_at_ms: float
    bias_ms: float = 0.0
    vanished: bool = False
    """Whether the device vanished here: until that shows, the state before runs on beyond the item's end."""


class Timeline:
    """The moments of one player in the order they were heard; the oldest are forgotten."""

    def __init__(self, first: Moment) -> None:
        self._moments = deque([first], maxlen=LENGTH)

    @property
    def newest(self) -> Moment:
        """The last thing that happened."""
        return self._moments[-1]

    def append(self, moment: Moment) -> None:
        """Something happened."""
        self._moments.append(moment)

    def heard_at(self, now_ms: float) -> Playback:
        """The state that had begun by then."""
        begun = (moment.state for moment in reversed(self._moments) if moment.state.at_ms <= now_ms)
        return next(begun, self._moments[0].state)

    def visible_at(self, now_ms: float) -> tuple[Moment, Moment | None]:
        """The newest moment the API shows then, and the one after it."""
        after = None
        for moment in reversed(self._moments):
            if moment.visible_at_ms <= now_ms:
                return moment, after
            after = moment
        return self._moments[0], after
