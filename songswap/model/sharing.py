"""What a person lets others see of their listening history, and how they like to look at it themselves."""

from typing import Literal

from songswap.model.links import SecretLink
from songswap.model.struct import Struct

CountingRule = Literal["30s", "half", "finished", "all"]
"""Which plays count: of 30 s or more; of half the track or four minutes; heard to the end; every one."""
WeekStart = Literal["monday", "saturday", "sunday"]


class Sharing(Struct, frozen=True):
    """Who may see a person's listening besides themselves: nobody, unless they say so.

    `groups` are those whose members may, `everybody` is whoever is logged in here. Whoever has the `link` may,
    without a log-in. While `is_paused` nothing is recorded. `rule` and `week_start` are what the
    person's own pages begin with.
    """

    groups: tuple[str, ...] = ()
    everybody: bool = False
    is_paused: bool = False
    week_start: WeekStart = "monday"
    rule: CountingRule = "30s"
    link: SecretLink | None = None
    link_secret: str = ""
    """In stores of before, in plain: the next start makes a `link` of it."""
