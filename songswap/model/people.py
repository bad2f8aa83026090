"""Groups and the people in them."""

from typing import Literal

from songswap.model.links import SecretLink
from songswap.model.struct import Struct

Role = Literal["host", "co-host", "listener"]
Admission = Literal["invite", "approval", "open"]
"""How people get into a group besides its invite: not at all; by asking the host; by themselves."""


class Member(Struct, frozen=True):
    """Somebody in a group."""

    role: Role
    joined_at_ms: float


class Group(Struct, frozen=True):
    """People who listen together. Exactly one of `members` (by account id) is the host."""

    id: str
    name: str
    created_at_ms: float
    invite: SecretLink
    """Whoever has it may join; a group has one at a time."""
    members: dict[str, Member]
    screen: SecretLink | None = None
    """Whoever has it may show the screen for the TV."""
    screen_by: str = ""
    """Who made that link: it ends when they look after the group no more."""
    has_invite_on_screen: bool = False
    """Whether the screen shows the invite as a code to scan."""
    screen_secret: str = ""
    """In stores of before, in plain: the next start makes a `screen` of it."""
    description: str = ""
    picture_id: str = ""
    is_listed: bool = False
    """Whether others here find it."""
    admission: Admission = "invite"
    asking: dict[str, float] = {}
    """Who asks to get in, since when (ms)."""
    removed: dict[str, float] = {}
    """Who was removed, when (ms): they get in again only when the host lets them."""

    @property
    def host(self) -> str:
        """Account id of the host; every group has exactly one."""
        return next(account for account, member in self.members.items() if member.role == "host")
