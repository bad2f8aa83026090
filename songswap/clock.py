"""Time as the program sees it: UTC epoch milliseconds that small corrections of the wall clock do not disturb."""

import time
from pathlib import Path
from typing import Final

JUMP_MS = 2_000.0
"""A larger difference between the wall clock and ours means the machine slept or its clock was set."""
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def _up_ms() -> float:
    """Since the machine was started; the same in all its processes, also those in containers."""
    since_boot = getattr(time, "CLOCK_BOOTTIME", None)  # where it is known: it goes on while the machine sleeps
    return (time.monotonic() if since_boot is None else time.clock_gettime(since_boot)) * 1000


def _boot() -> str:
    try:
        return BOOT_ID.read_text(encoding="ascii")[:8]
    except OSError:
        return ""


class Clock:
    """Epoch time carried by the monotonic clock: a timeline never moves because the wall clock is being adjusted.

    Where the wall clock jumps, epoch time follows, and `moved_ms` tells by how much it has in all: whoever holds a
    moment moves it along. What only measures how long something took asks for `up_ms`, which no setting moves.
    """

    moved_ms = 0.0
    boot = _boot()
    """Tells this start of the machine from others; empty where that is not known."""
    offset_ms = 0.0
    """What `now_ms` is ahead of `up_ms`."""

    def __init__(self) -> None:
        self.offset_ms = self._wall_offset_ms()

    def _wall_offset_ms(self) -> float:
        return float(round(time.time() * 1000 - _up_ms()))  # whole milliseconds add up exactly

    def now_ms(self) -> float:
        """Milliseconds since the epoch (UTC); follows the wall clock only when that has jumped by more than JUMP_MS."""
        now_ms = _up_ms() + self.offset_ms
        if abs(time.time() * 1000 - now_ms) > JUMP_MS:
            before_ms, self.offset_ms = self.offset_ms, self._wall_offset_ms()
            self.moved_ms += self.offset_ms - before_ms
            now_ms = _up_ms() + self.offset_ms
        return now_ms

    def up_ms(self) -> float:
        """Milliseconds since the machine was started: no setting of the clock moves them, no restart of ours either."""
        return self.now_ms() - self.offset_ms

    def moved_since(self, offset_ms: float, boot: str) -> float:
        """By how much a moment has to be moved that was written down when the offset was `offset_ms`, in that boot.

        0 where the machine was started anew since: nobody knows then.
        """
        by_ms = self.offset_ms - offset_ms
        return by_ms if boot and boot == self.boot and abs(by_ms) > JUMP_MS else 0.0
