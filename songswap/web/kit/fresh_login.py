"""What can't be undone takes a log-in of a moment ago, by somebody nobody doubts: deleting an account."""

from songswap.web.kit import browser_sessions
from songswap.web.kit.access import browser
from songswap.web.kit.errors import ProblemError, Way
from songswap.web.kit.services import Services


def stale(services: Services, then: str) -> ProblemError | None:
    """What keeps the browser that asks from it, if anything does; a new log-in goes on to `then`."""
    if browser_sessions.needs_word(browser()):
        return ProblemError(
            403,
            "doubtful_login",
            "This browser was logged in by a pasted address. Say first, on the account page of another browser of "
            "yours, that it is you.",
            title="Is it you?",
            ways=(Way("Your browsers", "/account#browsers"),),
        )
    if browser_sessions.is_fresh(browser(), services.clock.now_ms()):
        return None
    return ProblemError(
        403,
        "fresh_login_needed",
        "Log in again first, so that nobody else can do this at a device you left unlocked.",
        title="Log in again first",
        ways=(Way("Log in again", f"/login?next={then}"),),
    )


def demand_fresh(services: Services, then: str) -> None:
    """Raises ProblemError (403) unless the browser that asks has logged in just now."""
    if problem := stale(services, then):
        raise problem
