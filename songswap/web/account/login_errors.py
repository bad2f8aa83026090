"""What can go wrong between SongSwap, Spotify and a browser at a log-in, and what to do about it."""

from songswap.config import App, Spotify
from songswap.core.people.seats import SEATS_PER_APP
from songswap.spotify.errors import InvalidGrantError, NoSeatError, RateLimitedError, SpotifyError, UnavailableError
from songswap.web.kit.errors import ProblemError, Way

LOGIN_AGAIN = (Way("Log in again", "/login"),)


def only_on(url: str) -> ProblemError:
    """A log-in at an address Spotify can’t send people back to, which can’t be carried over by hand either."""
    return ProblemError(
        403,
        "wrong_host",
        f"Spotify can only send people back to {url}. Open SongSwap there and log in.",
        title="Logging in does not work at this address",
        ways=(Way(f"Open {url}", f"{url}/"),),
    )


def too_far() -> ProblemError:
    """An address pasted from the internet would be anybody's."""
    return ProblemError(
        403,
        "too_far",
        "Without https, people can log in here from the network that SongSwap runs in, and from no other. "
        "Ask the operator for an address with https.",
        title="Logging in does not work from here",
    )


def over() -> ProblemError:
    """Nobody has begun this log-in, or it is spent."""
    return ProblemError(
        400,
        "login_expired",
        "A log-in works once, for ten minutes, in the browser that began it and with cookies allowed. "
        "This one was used already, took too long, or never began here.",
        title="This log-in is over",
        ways=LOGIN_AGAIN,
    )


def by_hand() -> ProblemError:
    """Where others land on an error, a browser on the machine of the server lands here."""
    return ProblemError(
        403,
        "other_browser",
        "If it was you, on this machine: copy the whole address of this page and paste it there, or log in right here. "
        "If somebody sent you the link: don’t pass the address on, it would let them into SongSwap as you.",
        title="This log-in was begun at another address",
        ways=(Way("Log in here", "/login"),),
    )


def other_browser(url: str) -> ProblemError:
    """Spotify sent another browser back than the one that began."""
    return ProblemError(
        403,
        "other_browser",
        f"Begin and end a log-in in the same browser, at {url}, with cookies allowed. "
        "Did somebody send you the link? Then don’t pass on to them where it led you: they could have got into "
        "SongSwap as you. This log-in has been called off.",
        title="This log-in was begun in another browser",
        ways=(Way("Log in here", "/login"),),
    )


def too_many() -> ProblemError:
    """More log-ins come back than people would make."""
    return ProblemError(
        429,
        "too_fast",
        "Too many log-ins failed lately, here or from your network. Wait ten minutes, then log in again.",
        title="Too many log-ins failed",
        ways=LOGIN_AGAIN,
        headers={"Retry-After": "600"},
    )


def refused(error: str) -> ProblemError:
    """Spotify sent an error back instead of a code, or (`no_code`) neither."""
    if error == "no_code":
        return ProblemError(
            400, error, "Spotify sent no code along.", title="The log-in is incomplete", ways=LOGIN_AGAIN
        )
    if error == "access_denied":
        return ProblemError(
            403,
            "denied",
            "Without your consent SongSwap can neither see nor control what you play. Nothing was stored.",
            title="You said no at Spotify",
            ways=(Way("Log in after all", "/login"), Way("Go to the start page", "/")),
        )
    return ProblemError(
        502, "spotify_refused", "Spotify did not let the log-in through. Please try again.", ways=LOGIN_AGAIN
    )


def all_seats_taken(apps: tuple[App, ...]) -> ProblemError:
    """There is no seat for somebody new."""
    seats = len(apps) * SEATS_PER_APP
    return ProblemError(
        409,
        "all_seats_taken",
        f"Spotify lets an app have {SEATS_PER_APP} people, and all {seats} seats here are taken.",
        title="All seats are taken",
        steps=(
            "If you have logged in here before, your seat is kept: use the button below.",
            "Else ask the operator to add another Spotify app, or somebody who has left to disconnect their account.",
        ),
        ways=tuple(
            Way("I have a seat here" + (f" (app {app.name})" if len(apps) > 1 else ""), f"/login?app={app.name}")
            for app in apps
        ),
    )


def spotify_said(error: SpotifyError, app: App, spotify: Spotify, now_ms: float) -> ProblemError:
    """What a log-in page says when Spotify did not play along."""
    match error:
        case NoSeatError():
            return _no_seat(app, spotify)
        case InvalidGrantError():
            return ProblemError(
                400,
                "wrong_code",
                "Spotify did not accept the code it sent along. Codes work once and for a short time.",
                title="The log-in did not work",
                ways=LOGIN_AGAIN,
            )
        case RateLimitedError(until_ms=until_ms):
            seconds = max(1, round((until_ms - now_ms) / 1000))
            return ProblemError(
                503,
                "spotify_limit",
                f"Spotify takes no more calls from this app for {_duration(seconds)}. Log in again then.",
                title="Spotify asks for a break",
                ways=LOGIN_AGAIN,
                headers={"Retry-After": str(seconds)},
            )
        case UnavailableError():
            return ProblemError(
                503,
                "spotify_unavailable",
                "Spotify can't be reached at the moment. Your log-in was fine; try again in a minute.",
                title="Spotify does not answer",
                ways=LOGIN_AGAIN,
            )
    return ProblemError(502, "spotify_error", str(error), title="Spotify did not let you in", ways=LOGIN_AGAIN)


def _no_seat(app: App, spotify: Spotify) -> ProblemError:
    others = [other for other in spotify.apps if other.name != app.name]
    return ProblemError(
        403,
        "no_seat",
        "Your Spotify account is fine, but the operator has not registered it yet.",
        title="You are not on the list of this Spotify app",
        steps=(
            "Tell the operator your name and the e-mail address of your Spotify account.",
            "The operator opens developer.spotify.com/dashboard, chooses the app with the client id "
            f"{app.client_id}, opens User Management and adds you.",
            "Then log in again.",
        ),
        ways=(
            Way("Log in again", f"/login?app={app.name}"),
            *(Way(f"Try the app {other.name}", f"/login?app={other.name}") for other in others),
        ),
    )


def _duration(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} seconds"
    if seconds < 5_400:
        return f"{round(seconds / 60)} minutes"
    return f"{round(seconds / 3_600)} hours"
