"""What people reported, and who did what to whom."""

from typing import Literal

from songswap.model.posts import Card
from songswap.model.struct import Struct

AuditKind = Literal[
    "role_changed", "member_removed", "post_removed", "reported", "report_removed", "report_dismissed", "disconnected"
]  # fmt: skip
"""Somebody got another role in a group; was removed from it; their post was removed by somebody else; they or their
post were reported, which ended with the post removed or the report dismissed; their account was disconnected."""


class Report(Struct, frozen=True):
    """Somebody (`by`) thinks that `about`, or their post, needs to be looked at.

    `text` and `card` are the post as it was then. `group` is the group whose host and co-hosts look at it; empty: the
    operator alone does.
    """

    id: str
    at_ms: float
    by: str
    about: str
    place: str
    reason: str
    post: str = ""
    text: str = ""
    card: Card | None = None
    group: str = ""


class Reports(Struct, frozen=True):
    """The reports nobody has decided on yet, the newest first."""

    open: tuple[Report, ...] = ()


class AuditRow(Struct, frozen=True, omit_defaults=True):
    """Who did what to whom, when: ids alone, and none of people who are gone.

    `detail` is the new role, or the id of the report. Of an account that was disconnected there is only who did it;
    nobody if they did it themselves.
    """

    at_ms: float
    kind: AuditKind
    by: str
    whom: str = ""
    group: str = ""
    place: str = ""
    post: str = ""
    detail: str = ""
