"""What may go wrong at YouTube, and which of it an answer means. Messages are for people; none holds the key."""

from typing import Final

import msgspec

KEY_REASONS: Final = frozenset(
    {"keyInvalid", "keyExpired", "accessNotConfigured", "ipRefererBlocked", "forbidden", "API_KEY_INVALID"}
)
DAY_REASONS: Final = frozenset({"quotaExceeded", "dailyLimitExceeded"})


class YouTubeError(Exception):
    """YouTube did not do what it was asked."""


class BadKeyError(YouTubeError):
    """The key is not valid, or not for this; only the operator can mend it."""


class QuotaGoneError(YouTubeError):
    """The day's quota is used up."""


class YouTubeRefusedError(YouTubeError):
    """YouTube does not take this one question; others it may."""


class YouTubeUnavailableError(YouTubeError):
    """No answer, no whole answer, or one that makes no sense: it may pass."""


class _Detail(msgspec.Struct):
    reason: str | None = None


class _Error(msgspec.Struct):
    message: str = ""
    errors: list[_Detail] = []
    details: list[_Detail] = []


class _Body(msgspec.Struct):
    error: _Error


def error_of(status: int, body: bytes) -> YouTubeError:
    """What a refusal means. The day's quota ends with a 403 `quotaExceeded` by the documentation, and was seen to end
    with a 429 “Quota exceeded for quota metric 'Search Queries' and limit 'Search Queries per day'”.
    """
    error = _read(body)
    reasons = {one.reason for one in (*error.errors, *error.details)}
    if status in {403, 429} and reasons & DAY_REASONS:
        return QuotaGoneError("YouTube’s searches of this day are used up.")
    if status == 429 and "quota" in error.message.lower() and "per minute" not in error.message.lower():
        return QuotaGoneError("YouTube’s searches of this day are used up.")
    if status == 401 or (status in {400, 403} and (reasons & KEY_REASONS or "API key" in error.message)):
        return BadKeyError("YouTube does not accept the key. The operator has to look at it.")
    if status in {400, 404}:
        return YouTubeRefusedError("YouTube does not understand this search.")
    return YouTubeUnavailableError(f"YouTube answers with an error ({status}).")


def _read(body: bytes) -> _Error:
    try:
        return msgspec.json.decode(body, type=_Body).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Error()
