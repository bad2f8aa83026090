"""Is everything all right? For the operator, a watchdog and Prometheus."""

import errno
import hmac
import os
from pathlib import Path
from typing import Final, Literal

from prometheus_client import CONTENT_TYPE_LATEST
from quart import Blueprint, Response, ResponseReturnValue, request
from quart_schema import document_response, hide, security_scheme, tag_blueprint, validate_response

from songswap.core.hosts import is_this_machine
from songswap.documents import HEARTBEAT
from songswap.model import Struct
from songswap.store import Store, StoreError
from songswap.web import edge
from songswap.web.errors import ProblemError
from songswap.web.guard import who
from songswap.web.operators import is_operator
from songswap.web.resources import resources
from songswap.web.snapshot import WORKER_SILENT_MS, is_polling

blueprint = Blueprint("health", __name__)
tag_blueprint(blueprint, ["operation"])

NAMELESS_UNKNOWN: Final = frozenset({errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL})
"""How a file system refuses files without a name that it doesn't know."""


POLLS: Final = "The store's file system does not tell of all changes. It is looked at twice a second: a little slower."


class Health(Struct, frozen=True, omit_defaults=True):
    """`problems` says in words what is wrong, to those who may know; there are none when `status` is ok.

    `notes` say what works, but not as well as it could.
    """

    status: Literal["ok", "trouble"]
    problems: tuple[str, ...]
    notes: tuple[str, ...] = ()


@blueprint.get("/health")
@security_scheme([])
@document_response(Health, 503)
@validate_response(Health)
async def health() -> tuple[Health, int]:
    """200 when the store can be written and the worker lives, else 503; what is wrong is told to this machine itself
    and to operators only.
    """
    here, person = resources(), who()
    problems = (*_of_store(here.store), *_of_worker(here.store, here.clock.now_ms()))
    is_told = _asks_from_here() or (person is not None and is_operator(here, person))
    notes = _notes(here.store) if is_told else ()
    if problems:
        return Health("trouble", problems if is_told else (), notes), 503
    return Health("ok", (), notes), 200


@blueprint.get("/metrics")
@hide
async def metrics() -> ResponseReturnValue:
    """Figures for Prometheus: for this machine itself, and for those who send the token along."""
    here = resources()
    if not here.config.features.metrics:
        raise ProblemError(404, "switched_off", "Metrics are switched off: [features] metrics.")
    token = here.config.server.metrics_token
    if not _asks_from_here() and not (token and hmac.compare_digest(_bearer(), token.encode())):
        words = "Metrics are for this machine itself, or for those who know [server] metrics_token."
        headers = {"WWW-Authenticate": "Bearer"} if token else {}
        raise ProblemError(401 if token else 403, "not_for_you", words, headers=headers)
    return Response(here.metrics.text(), content_type=CONTENT_TYPE_LATEST)


def _asks_from_here() -> bool:
    """Whether this machine asks, by its own name. A proxy that keeps silent about others shows by the name they use."""
    return edge.caller().is_here and is_this_machine(request.headers.get("Host", ""))


def _bearer() -> bytes:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip().encode() if scheme.lower() == "bearer" else b""


def _of_store(store: Store) -> tuple[str, ...]:
    """Whether another byte has room. It is written to a file that has no name, and so is gone with its end."""
    try:
        file = os.open(store.root, os.O_WRONLY | os.O_TMPFILE, 0o600)
        try:
            os.write(file, b"\n")
        finally:
            os.close(file)
    except OSError as error:
        if error.errno in NAMELESS_UNKNOWN:
            return _of_disk(store.root)
        return (f"The store can't be written: {error.strerror}.",)
    except AttributeError:  # not on Linux
        return _of_disk(store.root)
    return ()


def _of_disk(root: Path) -> tuple[str, ...]:
    """What the file system says of itself, where it knows no files without a name."""
    try:
        disk = os.statvfs(root)
    except OSError as error:
        return (f"The store can't be read: {error.strerror}.",)
    if disk.f_flag & os.ST_RDONLY or not os.access(root, os.W_OK):
        return ("The store can't be written: Read-only file system.",)
    if not disk.f_bavail or (disk.f_files and not disk.f_favail):
        return ("The store can't be written: No space left on device.",)
    return ()


def _notes(store: Store) -> tuple[str, ...]:
    broken = f"{len(store.broken)} of the store's files can't be read; the operator's page names them."
    return (*((POLLS,) if is_polling(store) else ()), *((broken,) if store.broken else ()))


def _of_worker(store: Store, now_ms: float) -> tuple[str, ...]:
    try:
        heartbeat = store.read(HEARTBEAT)
    except StoreError as error:
        return (f"The store can't be read: {error}.",)
    if why := store.broken.get(HEARTBEAT.path()):
        return (f"What the worker last said can't be read: {why.rstrip('.')}.",)
    if heartbeat is None:
        return ("The worker has never run on this store. Start it with: python worker.py.",)
    silent_ms = now_ms - heartbeat.beat_at_ms
    if silent_ms >= WORKER_SILENT_MS:
        return (f"The worker was last heard of {silent_ms / 1000:.0f} s ago. Is worker.py running?",)
    return ()
