"""Disconnecting somebody: what they do themselves on the account page, and an operator for others."""

import contextlib

from songswap.core.people import blocking
from songswap.core.talk import notices
from songswap.documents import CIRCLE, NOTICES
from songswap.model.notices import Notices
from songswap.store import BrokenError
from songswap.web.account import erasure
from songswap.web.kit import audit_log
from songswap.web.kit.services import Resources
from songswap.web.moderation.reports import forget_in_reports
from songswap.web.people.viewer import own_circle


def part(here: Resources, account: str, *, by: str) -> None:
    """Delete all that is stored about `account`, and write down that somebody went. Raises StoreError."""
    forget_in_reports(here, account)
    audit_log.forget(here.store, account)
    for other in here.store.names("accounts"):
        _forget_at(here, other, account)
    erasure.disconnect(here, account)
    audit_log.note(here, "disconnected", "" if by == account else by)


def _forget_at(here: Resources, other: str, gone: str) -> None:
    with contextlib.suppress(BrokenError):  # nobody shall stay because of what is wrong with another's
        circle = own_circle(here, other)
        if (left := blocking.without_account(circle, gone)) != circle:
            here.store.write(CIRCLE, left, other)
    told = here.notices.get(other) or Notices()
    if (still := notices.without_account(told, gone)) != told:
        here.store.write(NOTICES, still, other)
