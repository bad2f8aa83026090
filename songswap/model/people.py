"""Groups and the people in them."""

from typing import Literal

from songswap.model.struct import Struct

Role = Literal["host", "co-host", "listener"]
Admission = Literal["invite", "approval", "open"]
"""How people get into a group besides its invite: not at all; by asking the host; by themselves."""


class Member(Struct, frozen=True):
    """Somebody in a group."""

    role: Role
    joined_at_ms: float


class Invite(Struct, frozen=True):
    """Whoever knows `secret` may join until `expires_at_ms`; a group has one invite at a time."""

    secret: str
    expires_at_ms: float


class Group(Struct, frozen=True):
    """People who listen together. Exactly one of `members` (by account id) is the host."""

    id: str
    name: str
    created_at_ms: float
    invite: Invite
    members: dict[str, Member]
    screen_secret: str = ""
    """Whoever knows it may show the screen for the TV; empty: nobody."""
    description: str = ""
    picture_id: str = ""
    is_listed: bool = False
    """Whether others here find it."""
    admission: Admission = "invite"
    asking: dict[str, float] = {}
    """Who asks to get in, since when (ms)."""

    @property
    def host(self) -> str:
        """Account id of the host; every group has exactly one."""
        return next(account for account, member in self.members.items() if member.role == "host")
