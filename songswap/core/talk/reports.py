"""Reports: what may be reported, who looks at it, and how the list of open ones changes."""

from collections.abc import Collection
from typing import Final

from msgspec.structs import replace

from songswap.core.kit.text import PostError, checked_text
from songswap.model.people import Group
from songswap.model.reports import Report, Reports

LONGEST_REASON: Final = 500
MOST_OPEN: Final = 2_000
MOST_OPEN_EACH: Final = 20
"""Reports of one person that nobody has decided on yet."""


class ReportError(Exception):
    """This can't be reported; `code` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def checked_reason(text: str) -> str:
    """`text` as it is kept. Raises ReportError (no_reason, too_long)."""
    try:
        return checked_text(text, LONGEST_REASON)
    except PostError as error:
        if error.code == "empty":
            raise ReportError("no_reason", "Say in a few words what is wrong.") from error
        raise ReportError(error.code, error.message) from error


def looks_at(account: str, report: Report, group: Group | None, operators: Collection[str]) -> bool:
    """Whether `account` sees this report and decides on it: host and co-hosts of its group, and the operator.

    Never the one it is about, whoever that is. `group` is the one it belongs to, as it is now.
    """
    if account == report.about:
        return False
    member = group.members.get(account) if group is not None and group.id == report.group else None
    return account in operators or (member is not None and member.role in {"host", "co-host"})


def lookers(report: Report, group: Group | None, operators: Collection[str]) -> tuple[str, ...]:
    """Everybody who looks at this report, each once."""
    members = group.members if group is not None else {}
    every = dict.fromkeys((*members, *operators))
    return tuple(one for one in every if looks_at(one, report, group, operators))


def file(reports: Reports, report: Report) -> Reports:
    """The open reports with this one. Raises ReportError (yourself, already_reported, too_many_reports)."""
    if report.about == report.by:
        raise ReportError("yourself", "You can’t report yourself. What you wrote, you can delete.")
    if any(_subject(one) == _subject(report) and one.by == report.by for one in reports.open):
        raise ReportError("already_reported", "You have reported this already; it has not been decided on yet.")
    mine = sum(one.by == report.by for one in reports.open)
    if mine >= MOST_OPEN_EACH or len(reports.open) >= MOST_OPEN:
        raise ReportError("too_many_reports", "Many reports wait to be decided on. Report more when they are.")
    return replace(reports, open=(report, *reports.open))


def close(reports: Reports, report: Report, *, is_removed: bool) -> Reports:
    """The open reports without this one; if the post was removed, without any about it."""
    left = (
        one for one in reports.open if one.id != report.id and not (is_removed and _subject(one) == _subject(report))
    )
    return replace(reports, open=tuple(left))


def without_account(reports: Reports, account: str) -> Reports:
    """The open reports when an account is gone: none about it, and none that name it."""
    left = (replace(one, by="") if one.by == account else one for one in reports.open if one.about != account)
    return replace(reports, open=tuple(left))


def _subject(report: Report) -> tuple[str, str, str]:
    return report.place, report.post, report.about
