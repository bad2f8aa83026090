"""Bodies of requests: small ones are held whole; a file goes through in pieces, no faster than they are taken."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from quart import Quart, Request
from quart.asgi import ASGIHTTPConnection
from quart.wrappers.request import Body
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, File, MultipartDecoder, NeedData

from songswap.web.errors import ProblemError

MOST_HELD: Final = 1024**2
"""Bytes of a body that wait in memory; a sender who is faster waits itself."""
MOST_HEADERS: Final = 4 * MOST_HELD
"""Bytes without an end of a part's headers; more than can wait."""
LARGEST_FILE: Final = 500 * 1000**2
"""Bytes. A heavy listener's fifteen years come in a zip of some 30 MB, or in files of 300 MB."""
ENVELOPE: Final = 64 * 1024
"""Bytes that a form may have around its file."""
SILENCE_S: Final = 60.0
"""A sender who is silent for so long has gone."""

LARGE_BODIES: Final[Mapping[tuple[str, str], int]] = {
    ("POST", "/api/me/history/imports"): LARGEST_FILE + ENVELOPE,
}
"""Routes whose bodies may be larger than the others', in bytes."""

TOO_LARGE: Final = (
    f"The file is larger than {LARGEST_FILE // 1000**2} MB. Listening history comes in several files: bring them one "
    "by one, or zipped."
)
NO_FILE: Final = "Send a form (multipart/form-data) with one file in it, in the field “file”."
BROKEN: Final = "The file did not arrive whole. Send it again."


class PacedBody(Body):
    """A body that can tell when enough of it is waiting."""

    def __init__(self, expected_content_length: int | None, max_content_length: int | None) -> None:
        super().__init__(expected_content_length, max_content_length)
        self._waiting = 0
        self._taken = asyncio.Event()

    def append(self, data: bytes) -> None:
        """The next piece has come."""
        self._waiting += len(data)
        super().append(data)

    async def __anext__(self) -> bytes:
        data = await super().__anext__()
        self._waiting = 0
        self._taken.set()
        return data

    async def room(self) -> None:
        """Wait until there is room for more."""
        while self._waiting > MOST_HELD:
            self._taken.clear()
            await self._taken.wait()


class PacedRequest(Request):
    """A request whose body may be as large as its route allows."""

    body_class = PacedBody

    def __init__(self, method: str, scheme: str, path: str, *rest: Any, **more: Any) -> None:
        largest = LARGE_BODIES.get((method, path))
        super().__init__(
            method, scheme, path, *rest, **(more if largest is None else {**more, "max_content_length": largest})
        )


class PacedConnection(ASGIHTTPConnection):
    """Takes no more from the network than there is room for: Quart itself would take it all, into memory."""

    async def handle_messages(self, request: Request, receive: Any) -> None:
        """Hand the body over as it comes; returns when the other end has gone."""
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            if message["type"] == "http.request":
                request.body.append(message.get("body", b""))
                if not message.get("more_body", False):
                    request.body.set_complete()
                elif isinstance(request.body, PacedBody):
                    await request.body.room()


class UploadedFile:
    """The one file in a form, as it comes: what it is called, and its content in pieces."""

    def __init__(self, request: Request) -> None:
        """Raises ProblemError (415) for what is no form."""
        boundary = request.mimetype_params.get("boundary", "")
        if request.mimetype != "multipart/form-data" or not boundary.isascii() or not boundary:
            raise ProblemError(415, "not_a_form", NO_FILE)
        self._events = _events(request, boundary.encode())

    async def name(self) -> str:
        """What it is called there. Raises ProblemError (400, 408, 413)."""
        async for event in self._events:
            if isinstance(event, File) and event.filename:
                return event.filename
        raise ProblemError(400, "no_file", NO_FILE)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Its content. Raises ProblemError (400, 408, 413)."""
        async for event in self._events:
            if isinstance(event, Data):
                yield event.data
                if not event.more_data:
                    break
        async for event in self._events:
            if isinstance(event, File) and event.filename:
                raise ProblemError(400, "no_file", f"There is more than one file. {NO_FILE}")


async def _events(request: Request, boundary: bytes) -> AsyncIterator[Event]:
    """What a form consists of. Raises ProblemError (400, 408, 413)."""
    decoder = MultipartDecoder(boundary, MOST_HEADERS)
    try:
        async for piece in _pieces(request):
            decoder.receive_data(piece)
            while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
                yield event
    except RequestEntityTooLarge as error:
        raise ProblemError(413, "too_large", TOO_LARGE) from error
    except (ValueError, UnicodeDecodeError) as error:
        raise ProblemError(400, "broken_form", BROKEN) from error


async def _pieces(request: Request) -> AsyncIterator[bytes | None]:
    """The body in pieces, and None at its end. Raises RequestEntityTooLarge, ProblemError (408)."""
    came = 0
    body = aiter(request.body)
    while True:
        try:
            async with asyncio.timeout(SILENCE_S):
                data = await anext(body, None)
        except TimeoutError as error:
            raise ProblemError(408, "too_slow", BROKEN) from error
        if data is None:
            yield None
            return
        came += len(data)
        if came > LARGEST_FILE + ENVELOPE:
            raise RequestEntityTooLarge
        for start in range(0, len(data), MOST_HELD):
            yield data[start : start + MOST_HELD]


def register(app: Quart) -> None:
    """Have `app` take bodies this way."""
    app.request_class = PacedRequest
    app.asgi_http_class = PacedConnection
