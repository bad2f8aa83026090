"""Every refusal has a status, a code for programs and words for people; one handler makes it JSON or a page."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from quart import Quart, Response, g, has_request_context, jsonify, render_template, request, websocket
from werkzeug.exceptions import HTTPException

from songswap.core.people.groups import RefusalCode, RefusedError
from songswap.model.struct import Struct
from songswap.store import BrokenError, StoreError, UnfitNameError

logger = logging.getLogger(__name__)


class ErrorDetail(Struct, frozen=True):
    """`code` never changes its meaning; `message` is for people."""

    code: str
    message: str


class ErrorAnswer(Struct, frozen=True):
    """What every route answers when it does not do what was asked."""

    error: ErrorDetail


@dataclass(frozen=True)
class Way:
    """A way on from an error page."""

    label: str
    href: str


class ProblemError(Exception):
    """A request can't be served. `title`, `ways` and `steps` (what to do, one after the other) are for its page."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        title: str = "",
        steps: tuple[str, ...] = (),
        ways: tuple[Way, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.title = title or TITLES.get(status, "That did not work")
        self.steps = steps
        self.ways = ways or (Way("Go to the start page", "/"),)
        self.headers = dict(headers or {})


TITLES: Mapping[int, str] = {
    400: "That request makes no sense",
    401: "Please log in",
    403: "That is not allowed",
    404: "There is nothing here",
    405: "That does not work here",
    409: "Not now",
    410: "That is over",
    413: "That is too much",
    415: "That is not JSON",
    429: "Not so fast",
    500: "Something went wrong",
    503: "Not available right now",
}

STATUS_OF_REFUSAL: Mapping[RefusalCode, int] = {
    "already_over": 409,
    "bad_description": 400,
    "bad_interval": 400,
    "bad_name": 400,
    "calm": 403,
    "cannot_lead": 409,
    "duplicate_request": 409,
    "hand_over_first": 409,
    "hidden": 409,
    "invite_expired": 410,
    "invite_invalid": 403,
    "invite_only": 403,
    "list_changed": 409,
    "no_such_member": 404,
    "no_such_request": 404,
    "no_timer": 404,
    "not_a_member": 404,
    "not_allowed": 403,
    "not_asking": 404,
    "not_listening": 409,
    "not_removed": 409,
    "not_running": 409,
    "too_many_asking": 409,
    "too_many_groups": 409,
    "too_many_requests": 409,
}

TITLE_OF_REFUSAL: Mapping[RefusalCode, str] = {
    "invite_expired": "This invitation has expired",
    "invite_invalid": "This invitation is not valid",
}

CODE_OF_STATUS: Mapping[int, str] = {404: "not_found", 405: "method_not_allowed", 413: "too_large"}

MESSAGE_OF_STATUS: Mapping[int, str] = {
    404: "There is nothing at this address.",
    405: "This address does not know that method.",
    413: "The request is larger than the 64 KiB that are enough for everything here.",
}


def problem_of(error: Exception) -> ProblemError:
    """The problem an exception stands for; anything unforeseen is a 500 that tells nothing about the inside."""
    match error:
        case ProblemError():
            return error
        case RefusedError(code=code, message=message):
            steps = ("Ask whoever invited you for a new link.",) if code.startswith("invite") else ()
            return ProblemError(
                STATUS_OF_REFUSAL[code], code, message, title=TITLE_OF_REFUSAL.get(code, ""), steps=steps
            )
        case UnfitNameError():
            return ProblemError(404, "not_found", MESSAGE_OF_STATUS[404])
        case StoreError():
            return _of_store(error)
        case HTTPException():
            return _of_http(error)
    return ProblemError(500, "internal", "Something went wrong on our side. It has been written to the log.")


def _of_store(error: StoreError) -> ProblemError:
    if isinstance(error, BrokenError):
        words = "Something that this depends on can't be read at the moment. Tell the operator."
        return ProblemError(503, "unreadable", words)
    return ProblemError(503, "store_unavailable", "Nothing can be saved or read at the moment. Tell the operator.")


def _of_http(error: HTTPException) -> ProblemError:
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name.lower() not in {"content-type"}}
    message = MESSAGE_OF_STATUS.get(status, error.description or error.name)
    return ProblemError(
        status, CODE_OF_STATUS.get(status, error.name.lower().replace(" ", "_")), message, headers=headers
    )


async def answer(problem: ProblemError) -> Response:
    """The problem as JSON below /api and for pages' connections, as a page elsewhere."""
    if not has_request_context() or request.path.startswith("/api/"):
        response = jsonify({"error": {"code": problem.code, "message": problem.message}})
    else:
        response = Response(await render_template("error.html", problem=problem), mimetype="text/html")
    response.status_code = problem.status
    response.headers.update(problem.headers)
    return response


async def handle(error: Exception) -> Response:
    """The one error handler."""
    g.problem = problem = problem_of(error)
    if problem.status == 500:
        logger.error("%s failed", _asked(), exc_info=error)
    elif isinstance(error, StoreError):
        logger.error("%s: %s", _asked(), error)
    return await answer(problem)


def _asked() -> str:
    """What was asked for, for the log."""
    return f"{request.method} {request.path}" if has_request_context() else f"connection to {websocket.path}"


def register(app: Quart) -> None:
    """Have `app` answer every exception here."""
    app.register_error_handler(Exception, handle)
