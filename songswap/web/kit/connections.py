"""Connections: how many there may be, and how long each may keep the server waiting. Hypercorn speaks HTTP on each.

Hypercorn's own loop takes whatever comes, waits for as long as it takes, and changes over to HTTP/2 when asked to.
"""

import asyncio
import errno
import logging
import resource
import socket
from asyncio import StreamReader, StreamWriter
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import h11
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.task_group import TaskGroup
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.typing import ConnectionState
from quart import Quart

from songswap.core.kit.callers import caller_of
from songswap.web.kit.services import EXTENSION, Services

logger = logging.getLogger(__name__)

MOST_CONNECTIONS: Final = 8_192
"""In all. One costs some 30 kB while it waits, 100 kB at most."""
MOST_PER_ADDRESS: Final = 256
"""From one address that is no trusted proxy's: 25 people in one house with six each, and room."""
RESERVED_FILES: Final = 256
"""Of those the system lets us open: documents, columns, child processes, calls to Spotify."""
HEAD_S: Final = 10.0
"""Until the head of a request has come, counted from the connection's beginning or from the answer before."""
STALL_S: Final = 60.0
"""Until what has been sent is taken."""
CLOSE_S: Final = 5.0
BREAK_S: Final = 0.1
"""After the system has refused a connection."""
READ_PIECE: Final = 2**16
"""Bytes read at once."""
LARGEST_MESSAGE: Final = 64 * 1024
"""Bytes of what a page sends over a WebSocket."""
PING_S: Final = 30.0
OUT_OF_FILES: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


def settings() -> Config:
    """How Hypercorn is to speak."""
    chosen = Config()
    chosen.accesslog = None
    chosen.errorlog = logging.getLogger("hypercorn.error")
    chosen.include_server_header = False
    chosen.websocket_max_message_size = LARGEST_MESSAGE
    chosen.websocket_ping_interval = PING_S
    return chosen


def most_connections() -> int:
    """How many there may be in all: as many as files may be open, but for those needed otherwise."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    known = files if files != resource.RLIM_INFINITY else MOST_CONNECTIONS + RESERVED_FILES
    return max(16, min(MOST_CONNECTIONS, known - RESERVED_FILES))


class Serving:
    """Serves an application on a socket that listens."""

    def __init__(self, app: Quart) -> None:
        self._app = app
        self._services: Services = app.extensions[EXTENSION]
        self._most = most_connections()
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: dict[_Connection, None] = {}
        """Those that keep the server waiting; the one that gave no sign of life for longest is the first."""
        self._by_address: Counter[str] = Counter()
        self.context = WorkerContext(None)
        self.settings = settings()
        self.asgi = ASGIWrapper(app)

    async def run(self, listener: socket.socket, stopping: asyncio.Event, grace_s: float) -> None:
        """Serve until `stopping`; answers under way have `grace_s` to end. Raises what the application's start does."""
        await self._app.startup()
        listener.setblocking(False)
        accepting = asyncio.create_task(self._accept(listener))
        asked = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({accepting, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await self.context.terminated.set()
            for task in (accepting, asked):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await accepting
            await self._end(grace_s)
            await self._app.shutdown()

    async def _end(self, grace_s: float) -> None:
        for connection in list(self._waiting):
            connection.drop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace_s)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=BREAK_S)

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connected, peer = await loop.sock_accept(listener)
            except ConnectionError:
                continue  # it was gone before we came to it
            except OSError as error:
                if error.errno in OUT_OF_FILES:
                    self._drop_one("the system lets us open no more files")
                else:
                    logger.warning("a connection could not be taken: %s", error)
                await asyncio.sleep(BREAK_S)
                continue
            if not self._has_room(peer[0]):
                connected.close()
                await asyncio.sleep(0)  # a flood of them is not all there is to do
                continue
            task = loop.create_task(self._serve(connected, peer[0]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            await asyncio.sleep(0)

    def _has_room(self, peer: str) -> bool:
        caller = caller_of(peer, (), self._services.config.server.trusted_proxies)
        if not caller.is_proxy and self._by_address[caller.key] >= MOST_PER_ADDRESS:
            logger.warning("%s has %d connections already: refused", caller.key, MOST_PER_ADDRESS)
            return False
        if len(self._tasks) < self._most:
            return True
        return self._drop_one(f"there are {self._most} connections")

    def _drop_one(self, why: str) -> bool:
        """Make room by ending the one that has kept us waiting for longest. Returns whether there was one."""
        longest = next(iter(self._waiting), None)
        logger.warning("%s: %s", why, "one that kept us waiting is dropped" if longest else "refused")
        if longest is None:
            return False
        self.waits_no_more(longest)
        longest.drop()
        return True

    async def _serve(self, connected: socket.socket, peer: str) -> None:
        key = caller_of(peer, (), ()).key
        self._by_address[key] += 1
        try:
            reader, writer = await asyncio.open_connection(sock=connected)
            await _Connection(self, reader, writer).run()
        except OSError:
            connected.close()  # it broke off
        except Exception:
            logger.exception("a connection broke")
        finally:
            self._by_address[key] -= 1
            if not self._by_address[key]:
                del self._by_address[key]

    def waits_for(self, connection: "_Connection") -> None:
        """`connection` keeps us waiting, and has just given a sign of life."""
        self._waiting.pop(connection, None)
        self._waiting[connection] = None

    def waits_no_more(self, connection: "_Connection") -> None:
        """All that was to come has come."""
        self._waiting.pop(connection, None)


class _Strict(h11.Connection):
    """Reads requests; `heard` is told of what came. What two programs might read in two ways is refused."""

    def __init__(self, largest_head: int, heard: Callable[[object], None]) -> None:
        super().__init__(h11.SERVER, max_incomplete_event_size=largest_head)
        self._heard = heard

    def next_event(self) -> Any:
        """The next event. Raises h11.RemoteProtocolError."""
        event = super().next_event()
        self._heard(event)
        return _checked(event) if isinstance(event, h11.Request) else event


def _checked(request: h11.Request) -> h11.Request:
    """The request without a wish for HTTP/2. Raises h11.RemoteProtocolError for two lengths, and for HTTP/2 itself."""
    names = {name for name, _ in request.headers}
    if {b"content-length", b"transfer-encoding"} <= names:
        raise h11.RemoteProtocolError("both Content-Length and Transfer-Encoding", error_status_hint=400)
    if request.method == b"PRI":
        raise h11.RemoteProtocolError("HTTP/2 is not spoken here", error_status_hint=505)
    if b"upgrade" not in names:
        return request
    kept = [
        (name, value)
        for name, value in request.headers
        if name not in {b"upgrade", b"http2-settings"} or value.strip().lower() == b"websocket"
    ]
    return h11.Request(method=request.method, target=request.target, headers=kept, http_version=request.http_version)


def _changes_over(request: h11.Request) -> bool:
    """Whether it asks for a WebSocket, which has no end of its own."""
    return any(name == b"upgrade" and value.strip().lower() == b"websocket" for name, value in request.headers)


class _Connection:
    """One connection, from its beginning to its end."""

    def __init__(self, serving: Serving, reader: StreamReader, writer: StreamWriter) -> None:
        self._serving = serving
        self._reader = reader
        self._writer = writer
        self._sending = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._protocol: H11Protocol

    async def run(self) -> None:
        """Answer what comes until one side has had enough."""
        loop, serving = asyncio.get_running_loop(), self._serving
        try:
            async with TaskGroup(loop) as tasks:
                client, server = (self._writer.get_extra_info(name)[:2] for name in ("peername", "sockname"))
                self._protocol = H11Protocol(
                    serving.asgi, serving.settings, serving.context, tasks, ConnectionState({}), False, client, server,
                    self._send,
                )  # fmt: skip
                self._protocol.connection = _Strict(serving.settings.h11_max_incomplete_size, self._heard)
                self._await_head()
                await self._read()
        finally:
            self._stop_timer()
            serving.waits_no_more(self)
            await self._close()

    def drop(self) -> None:
        """End it at once."""
        self._writer.transport.abort()

    async def _read(self) -> None:
        while not self._reader.at_eof():
            try:
                data = await self._reader.read(READ_PIECE)
            except OSError:
                break
            await self._protocol.handle(RawData(data))
        await self._protocol.handle(Closed())

    async def _send(self, event: Event) -> None:
        match event:
            case RawData(data=data):
                try:
                    async with self._sending, asyncio.timeout(STALL_S):
                        self._writer.write(data)
                        await self._writer.drain()
                except TimeoutError:
                    self.drop()
                except (OSError, RuntimeError):
                    await self._protocol.handle(Closed())
            case Closed():
                await self._close()
            case Updated(idle=True):
                self._await_head()
            case Updated():
                self._stop_timer()

    def _heard(self, event: object) -> None:
        if isinstance(event, h11.EndOfMessage) or (isinstance(event, h11.Request) and _changes_over(event)):
            self._serving.waits_no_more(self)
        elif isinstance(event, h11.Request | h11.Data):
            self._serving.waits_for(self)

    def _await_head(self) -> None:
        self._stop_timer()
        self._serving.waits_for(self)
        self._timer = asyncio.get_running_loop().call_later(HEAD_S, self._writer.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _close(self) -> None:
        with suppress(OSError, RuntimeError):
            if self._writer.can_write_eof() and not self._writer.is_closing():
                self._writer.write_eof()
        self._writer.close()
        try:
            async with asyncio.timeout(CLOSE_S):
                with suppress(OSError):
                    await self._writer.wait_closed()
        except TimeoutError:
            self.drop()
