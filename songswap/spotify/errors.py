"""What Spotify can refuse: one class for each thing that is handled differently."""

from typing import ClassVar


class SpotifyError(Exception):
    """Spotify did not do what was asked.

    `message` names the endpoint and quotes Spotify, for the log; `str()` says it in plain words to a person.
    `status` is None where no answer came; `reason` is Spotify's own code, where it gave one.
    """

    words: ClassVar[str] = "Spotify refused this."

    def __init__(self, message: str = "", *, status: int | None = None, reason: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.reason = reason

    def __str__(self) -> str:
        return self.words


class UnauthorizedError(SpotifyError):
    """The access token is not accepted; a read was tried twice, a command once."""

    words = "Spotify does not accept the log-in any more."


class InvalidGrantError(SpotifyError):
    """The code or refresh token is used up, expired or revoked: only a new log-in helps."""

    words = "The log-in has expired or was revoked. Please log in with Spotify again."


class NotPremiumError(SpotifyError):
    """The account may not be remote-controlled; a read was tried twice, a command once."""

    words = "Spotify lets only Premium accounts be controlled."


class NoSeatError(SpotifyError):
    """The account is not on the app's list of users."""

    words = (
        "This Spotify account is not registered with the app. Whoever runs SongSwap can add it under “User Management” "
        "on Spotify's dashboard; an app has five seats."
    )


class OwnerNotPremiumError(SpotifyError):
    """The app is switched off because its owner has no Premium."""

    words = (
        "Spotify has switched the app off because its owner has no Premium subscription. It comes back some hours "
        "after the owner has one."
    )


class MissingScopeError(SpotifyError):
    """The log-in was given fewer rights than the call needs."""

    words = "SongSwap was not given the right to do this. Please log in with Spotify again."


class ForbiddenError(SpotifyError):
    """Any other 403; `reason` tells which, though often only UNKNOWN."""

    @property
    def is_restriction(self) -> bool:
        """Whether the player is already as wanted, or can't change just now: look at its state before worrying.

        [spotify/web-api #1433: playing while playing answers “Restriction violated”.]
        """
        return "restriction violated" in self.message.lower()

    def __str__(self) -> str:
        return "The player can't do this at the moment." if self.is_restriction else self.words


class NoActiveDeviceError(SpotifyError):
    """No device is active, and none was named."""

    words = "No Spotify player is active. Open Spotify on a device and play something."


class DeviceNotFoundError(SpotifyError):
    """The device that was named is gone."""

    words = "Spotify does not see this device any more. Open Spotify there again."


class NotFoundError(SpotifyError):
    """There is no such thing, or not for this account."""

    words = "Spotify does not know this."


class BadRequestError(SpotifyError):
    """Spotify could not make sense of the request."""

    words = "Spotify did not understand this."


class InvalidClientError(BadRequestError):
    """The app itself is not accepted: a matter for the operator."""

    words = "Spotify does not accept this app. Whoever runs SongSwap should check client_id and client_secret."


class UnavailableError(SpotifyError):
    """No answer, or none that makes sense. Whether a command was carried out is not known."""

    words = "Spotify can't be reached properly at the moment."


class TooSlowError(UnavailableError):
    """No answer within the time-out."""

    words = "Spotify takes too long to answer."


class RateLimitedError(SpotifyError):
    """No more calls with this app until `until_ms`."""

    words = "Spotify asks for a short break."

    def __init__(self, until_ms: float, message: str = "", *, reason: str = "") -> None:
        super().__init__(message, status=429, reason=reason)
        self.until_ms = until_ms


class QuotaExceededError(RateLimitedError):
    """The operator's quota for this family of calls is used up until `until_ms`, whichever app makes them."""

    words = "Spotify's daily allowance for this is used up."

    def __init__(self, family: str, until_ms: float, message: str = "") -> None:
        super().__init__(until_ms, message, reason="QUOTA_EXCEEDED")
        self.family = family
