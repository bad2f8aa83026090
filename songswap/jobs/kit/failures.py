"""Spotify's errors as what they mean for a person in a session."""

from songswap.jobs.kit.spotify_accounts import NeedsLoginError
from songswap.model.session import Failure, ListenerStatus
from songswap.spotify.errors import (
    DeviceNotFoundError,
    ForbiddenError,
    NoActiveDeviceError,
    NoSeatError,
    NotPremiumError,
    RateLimitedError,
    SpotifyError,
)

STATUSES: tuple[tuple[type[Exception], ListenerStatus], ...] = (
    (NeedsLoginError, "needs_login"),
    (NotPremiumError, "not_premium"),
    (NoSeatError, "no_seat"),
    (NoActiveDeviceError, "no_device"),
    (DeviceNotFoundError, "no_device"),
    (RateLimitedError, "limited"),
)


def failure_of(error: SpotifyError | NeedsLoginError) -> Failure:
    """What an error makes of the person's status."""
    status: ListenerStatus = next((status for kind, status in STATUSES if isinstance(error, kind)), "trouble")
    is_restriction = isinstance(error, ForbiddenError) and error.is_restriction
    if isinstance(error, ForbiddenError) and not is_restriction:
        status = "restricted"
    until_ms = error.until_ms if isinstance(error, RateLimitedError) else None
    return Failure(status, str(error), until_ms, is_restriction)
