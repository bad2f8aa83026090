"""Disconnecting somebody: what they do themselves on the account page, and an operator for others."""

import contextlib

from songswap.core import circles, notices
from songswap.documents import CIRCLE, NOTICES
from songswap.model import Notices
from songswap.store import BrokenError
from songswap.web import audit, leaving
from songswap.web.reports import forget_in_reports
from songswap.web.resources import Resources
from songswap.web.sight import own_circle


def part(here: Resources, account: str, *, by: str) -> None:
    """Delete all that is stored about `account`, and write down that somebody went. Raises StoreError."""
    forget_in_reports(here, account)
    audit.forget(here.store, account)
    for other in here.store.names("accounts"):
        _forget_at(here, other, account)
    leaving.disconnect(here, account)
    audit.note(here, "disconnected", "" if by == account else by)


def _forget_at(here: Resources, other: str, gone: str) -> None:
    with contextlib.suppress(BrokenError):  # nobody shall stay because of what is wrong with another's
        circle = own_circle(here, other)
        if (left := circles.without_account(circle, gone)) != circle:
            here.store.write(CIRCLE, left, other)
    told = here.notices.get(other) or Notices()
    if (still := notices.without_account(told, gone)) != told:
        here.store.write(NOTICES, still, other)
