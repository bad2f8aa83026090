"""What is refused is in the log, with who it was: so that it shows when somebody tries doors."""

import logging
from typing import TypeVar

from quart import Quart, g, has_request_context, request, websocket

from songswap.web.kit import edge
from songswap.web.kit.errors import ProblemError

logger = logging.getLogger(__name__)

R = TypeVar("R")


async def note(response: R) -> R:
    """Runs after every request and connection: one that came to a route of ours and was refused is a line of the log.

    Whoever is logged in is named by their account, others by their network; what was sent is left out.
    """
    problem: ProblemError | None = g.get("problem")
    asked = request if has_request_context() else websocket
    if problem is not None and 400 <= problem.status < 500 and asked.url_rule is not None:
        account = g.get("account")
        who = f"account {account.id}" if account else edge.caller().key
        method = request.method if has_request_context() else "connection to"
        logger.info("refused: %s %s for %s: %s", method, asked.path, who, problem.code)
    return response


def register(app: Quart) -> None:
    """Have `app` log what it refuses."""
    app.after_request(note)
    app.after_websocket(note)
