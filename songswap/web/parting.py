"""Disconnecting somebody: what they do themselves on the account page, and an operator for others."""

from songswap.web import audit, leaving
from songswap.web.reports import forget_in_reports
from songswap.web.resources import Resources


def part(here: Resources, account: str, *, by: str) -> None:
    """Delete all that is stored about `account`, and write down that `by` did. Raises StoreError."""
    forget_in_reports(here, account)
    leaving.disconnect(here, account)
    audit.note(here, "disconnected", by, whom=account)
