"""Bodies of requests: small ones are held whole; a file goes through in pieces, no faster than they are taken."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final, cast

from quart import Quart, Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Event, File, MultipartDecoder, NeedData

from songswap.web.kit.errors import ProblemError

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

PACE: Final = "songswap.pace"
"""Where a request's scope has its Pace."""
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
SLOWEST: Final = 8_000.0
"""Bytes a second that a file comes with on average, at the least; a telephone's worst line brings more."""

LARGEST_PICTURE: Final = 5 * 1000**2
"""Bytes."""
LARGE_BODIES: Final[Mapping[tuple[str, re.Pattern[str]], int]] = {
    ("POST", re.compile("/api/me/history/imports")): LARGEST_FILE + ENVELOPE,
    ("POST", re.compile("/api/operator/catalogue")): LARGEST_FILE + ENVELOPE,
    ("PUT", re.compile("/api/me/picture|/api/groups/[^/]+/picture")): LARGEST_PICTURE + ENVELOPE,
}
"""Routes whose bodies may be larger than the others', in bytes."""

TOO_LARGE: Final = (
    f"The file is larger than {LARGEST_FILE // 1000**2} MB. Listening history comes in several files: bring them one "
    "by one, or zipped."
)
NO_FILE: Final = "Send a form (multipart/form-data) with one file in it, in the field “file”."
BROKEN: Final = "The file did not arrive whole. Send it again."


def largest_of(method: str, path: str) -> int | None:
    """How many bytes a body sent there may have, where that is more than usual."""
    sizes = (size for (one, pattern), size in LARGE_BODIES.items() if one == method and pattern.fullmatch(path))
    return next(sizes, None)


class UploadPace:
    """How much of a body waits between the network and who reads it; no more is taken while that is too much."""

    def __init__(self, largest: int) -> None:
        """Of a body `largest` bytes are wanted, and no more."""
        self._left = largest
        self._waiting = 0
        self._is_over = False
        self._change = asyncio.Event()

    def taken(self, size: int) -> None:
        """So many bytes do not wait any more."""
        self._waiting -= size
        self._change.set()

    def end(self) -> None:
        """Nobody reads any more."""
        self._is_over = True
        self._change.set()

    async def next(self, receive: Receive) -> Message:
        """The next message, as soon as there is room for it. A body that is too large ends where that shows."""
        while self._waiting > MOST_HELD and not self._is_over:
            self._change.clear()
            await self._change.wait()
        message = await receive()
        while self._left < 0 and message["type"] == "http.request":  # the rest of what has been cut off
            message = await receive()
        if message["type"] == "http.request":
            size = len(message.get("body", b""))
            self._waiting += size
            self._left -= size
            if self._left < 0:
                return {**message, "more_body": False}
        return message


class RoomyRequest(Request):
    """A request whose body may be as large as its route allows."""

    def __init__(self, method: str, scheme: str, path: str, *rest: Any, **more: Any) -> None:
        largest = largest_of(method, path)
        super().__init__(
            method, scheme, path, *rest, **(more if largest is None else {**more, "max_content_length": largest})
        )


class UploadedFile:
    """The one file in a form, as it comes: what it is called, and its content in pieces."""

    def __init__(self, request: Request, too_large: str = TOO_LARGE) -> None:
        """`too_large` is said of one that is. Raises ProblemError (415) for what is no form."""
        boundary = request.mimetype_params.get("boundary", "")
        if request.mimetype != "multipart/form-data" or not boundary.isascii() or not boundary:
            raise ProblemError(415, "not_a_form", NO_FILE)
        self._events = _events(request, boundary.encode(), too_large)

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


async def _events(request: Request, boundary: bytes, too_large: str) -> AsyncIterator[Event]:
    """What a form consists of. Raises ProblemError (400, 408, 413)."""
    decoder = MultipartDecoder(boundary, MOST_HEADERS)
    try:
        async for piece in _pieces(request):
            decoder.receive_data(piece)
            while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
                yield event
    except RequestEntityTooLarge as error:
        raise ProblemError(413, "too_large", too_large) from error
    except (ValueError, UnicodeDecodeError) as error:
        raise ProblemError(400, "broken_form", BROKEN) from error


async def _pieces(request: Request) -> AsyncIterator[bytes | None]:
    """The body in pieces, and None at its end. Raises RequestEntityTooLarge, ProblemError (408)."""
    came, left_s, pace = 0, SILENCE_S, cast(Any, request.scope)[PACE]
    now_s = asyncio.get_running_loop().time
    body = aiter(request.body)
    while True:
        since_s = now_s()
        try:
            async with asyncio.timeout(min(SILENCE_S, left_s)):
                data = await anext(body, None)
        except TimeoutError as error:
            raise ProblemError(408, "too_slow", BROKEN) from error
        if data is None:
            yield None
            return
        came += len(data)
        left_s += len(data) / SLOWEST - (now_s() - since_s)  # only waiting counts: we may be slow ourselves
        pace.taken(len(data))
        if came > LARGEST_FILE + ENVELOPE:
            raise RequestEntityTooLarge
        for start in range(0, len(data), MOST_HELD):
            yield data[start : start + MOST_HELD]


def register(app: Quart) -> None:
    """Have `app` take bodies this way. Quart itself takes all of one into memory, as fast as it comes."""
    app.request_class = RoomyRequest
    inner: Any = app.asgi_app

    async def paced(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await inner(scope, receive, send)
            return
        usual: int = app.config["MAX_CONTENT_LENGTH"]
        pace = UploadPace(largest_of(scope["method"], scope["path"]) or usual)

        async def watched(message: Message) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                pace.end()

        try:
            await inner({**scope, PACE: pace}, lambda: pace.next(receive), watched)
        finally:
            pace.end()

    vars(app)["asgi_app"] = paced  # as Quart’s manual puts something around an application
