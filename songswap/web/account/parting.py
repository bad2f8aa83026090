"""Disconnecting somebody: what they do themselves on the account page, and an operator for others."""

import contextlib

from songswap.core.people import blocking
from songswap.core.talk import notices
from songswap.documents import CIRCLE, NOTICES
from songswap.model.notices import Notices
from songswap.store import BrokenError
from songswap.web.account import erasure
from songswap.web.kit import audit_log
from songswap.web.kit.services import Services
from songswap.web.moderation.reports import forget_in_reports
from songswap.web.people.viewer import own_circle


def part(services: Services, account: str, *, by: str) -> None:
    """Delete all that is stored about `account`, and write down that somebody went. Raises StoreError."""
    forget_in_reports(services, account)
    audit_log.forget(services.store, account)
    for other in services.store.names("accounts"):
        _forget_at(services, other, account)
    erasure.disconnect(services, account)
    audit_log.note(services, "disconnected", "" if by == account else by)


def _forget_at(services: Services, other: str, gone: str) -> None:
    with contextlib.suppress(BrokenError):  # nobody shall stay because of what is wrong with another's
        circle = own_circle(services, other)
        if (left := blocking.without_account(circle, gone)) != circle:
            services.store.write(CIRCLE, left, other)
    told = services.notices.get(other) or Notices()
    if (still := notices.without_account(told, gone)) != told:
        services.store.write(NOTICES, still, other)
