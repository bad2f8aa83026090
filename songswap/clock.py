"""Time as the program sees it: UTC epoch milliseconds that small corrections of the wall clock do not disturb."""

import time

JUMP_MS = 2_000.0
"""A larger difference between the wall clock and ours means the machine slept or its clock was set."""


class Clock:
    """Epoch time carried by the monotonic clock: a timeline never moves because the wall clock is being adjusted."""

    def __init__(self) -> None:
        self._anchor()

    def _anchor(self) -> None:
        self._offset_ms = time.time() * 1000 - time.monotonic() * 1000

    def now_ms(self) -> float:
        """Milliseconds since the epoch (UTC); follows the wall clock only when that has jumped by more than JUMP_MS."""
        now_ms = time.monotonic() * 1000 + self._offset_ms
        if abs(time.time() * 1000 - now_ms) > JUMP_MS:
            self._anchor()
            now_ms = time.monotonic() * 1000 + self._offset_ms
        return now_ms
