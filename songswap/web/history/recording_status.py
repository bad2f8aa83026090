"""Whether somebody's listening is recorded now, and what is in the way, in words."""

from typing import Final

from songswap.core.kit.status_text import MemberStatus
from songswap.documents import POLLED, Account
from songswap.model.history import Polled
from songswap.model.struct import Struct
from songswap.spotify.oauth import READ_HISTORY
from songswap.web.group.group_snapshot import person_of
from songswap.web.kit.services import Services
from songswap.web.people.accounts import consent_of

SWITCHED_OFF: Final = "The operator has switched recording off. What you import is kept all the same."
HINTS: Final[dict[MemberStatus, str]] = {
    "needs_login": "Nothing can be recorded until you log in with Spotify again.",
    "no_seat": "Nothing can be recorded until the operator adds you in Spotify’s dashboard under User Management.",
}


class RecordingState(Struct, frozen=True):
    """Whether plays are recorded: not while `is_paused`, and not while there is a `trouble` (in words).

    `needs_login`: a new log-in ends the trouble. Spotify was asked for plays at `asked_at_ms`, and will be again at
    `next_at_ms`. The newest that was recorded ended at `newest_ms`.
    """

    is_paused: bool
    paused_at_ms: float | None
    trouble: str
    needs_login: bool
    asked_at_ms: float | None
    next_at_ms: float | None
    newest_ms: int | None


def recording_of(services: Services, account: Account, *, is_paused: bool) -> RecordingState:
    """How the recording of the listening of `account` stands. Raises StoreError."""
    polled = services.store.read(POLLED, account.id) or Polled()
    status = person_of(services.store, account).trouble
    needs_login = status == "needs_login" or not _may_read(services, account)
    return RecordingState(
        is_paused=is_paused,
        paused_at_ms=polled.paused_at_ms,
        trouble="" if is_paused else _trouble(services, polled, status, needs_login=needs_login),
        needs_login=needs_login,
        asked_at_ms=polled.polled_at_ms,
        next_at_ms=polled.next_at_ms,
        newest_ms=polled.newest_ms,
    )


def _trouble(services: Services, polled: Polled, status: MemberStatus | None, *, needs_login: bool) -> str:
    if not services.config.history.poll_minutes:
        return SWITCHED_OFF
    if status in HINTS:
        return HINTS[status]
    if polled.why == "needs_login" and not needs_login:
        return ""  # the worker will see in a moment that there is a new log-in
    return polled.error


def _may_read(services: Services, account: Account) -> bool:
    """Whether the log-in allows to ask for recently played; one from before that was asked for does not."""
    consent = consent_of(services.store, account.id)
    return consent is not None and READ_HISTORY in consent.scopes
