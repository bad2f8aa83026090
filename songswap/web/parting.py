"""Disconnecting somebody: what they do themselves on the account page, and an operator for others."""

from songswap.web import accounts, audit
from songswap.web.reports import forget_in_reports
from songswap.web.resources import Resources


def part(here: Resources, account: str, *, by: str) -> None:
    """Delete all that is stored about `account`, and write down that `by` did. Raises StoreError."""
    forget_in_reports(here, account)
    accounts.forget(here.store, account)
    audit.note(here, "disconnected", by, whom=account)
