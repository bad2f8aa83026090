"""Is everything all right? For the operator, a watchdog and Prometheus."""

import contextlib
import hmac
from typing import Final, Literal

from prometheus_client import CONTENT_TYPE_LATEST
from quart import Blueprint, Response, ResponseReturnValue, request
from quart_schema import document_response, hide, security_scheme, tag_blueprint, validate_response

from songswap.core.kit.hosts import is_this_machine
from songswap.documents import HEARTBEAT
from songswap.model.struct import Struct
from songswap.store import Store, StoreError
from songswap.web.group.group_snapshot import is_polling
from songswap.web.kit import edge
from songswap.web.kit.access import who
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.operators import is_operator
from songswap.web.kit.services import current_services
from songswap.web.kit.worker_status import is_worker_alive

blueprint = Blueprint("health", __name__)
tag_blueprint(blueprint, ["operation"])


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
    services, person = current_services(), who()
    problems = (*_of_store(services.store), *_of_worker(services.store, services.clock.now_ms()))
    is_told = _asks_from_here() or (person is not None and is_operator(services, person))
    notes = _notes(services.store) if is_told else ()
    if problems:
        return Health("trouble", problems if is_told else (), notes), 503
    return Health("ok", (), notes), 200


@blueprint.get("/metrics")
@hide
async def metrics() -> ResponseReturnValue:
    """Figures for Prometheus: for this machine itself, and for those who send the token along."""
    services = current_services()
    if not services.config.features.metrics:
        raise ProblemError(404, "switched_off", "Metrics are switched off: [features] metrics.")
    token = services.config.server.metrics_token
    if not _asks_from_here() and not (token and hmac.compare_digest(_bearer(), token.encode())):
        words = "Metrics are for this machine itself, or for those who know [server] metrics_token."
        headers = {"WWW-Authenticate": "Bearer"} if token else {}
        raise ProblemError(401 if token else 403, "not_for_you", words, headers=headers)
    return Response(services.metrics.text(), content_type=CONTENT_TYPE_LATEST)


def _asks_from_here() -> bool:
    """Whether this machine asks, by its own name. A proxy that keeps silent about others shows by the name they use."""
    return edge.caller().is_here and is_this_machine(request.headers.get("Host", ""))


def _bearer() -> bytes:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip().encode() if scheme.lower() == "bearer" else b""


def _of_store(store: Store) -> tuple[str, ...]:
    """Writes what has no name and is gone at once: a full disk and a read-only file system show nowhere else."""
    with contextlib.suppress(StoreError):
        store.probe()
    if store.trouble:
        return (f"The store can't be written: {store.trouble}. Sessions go on, and nothing of them is kept.",)
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
    if not is_worker_alive(store, now_ms):
        return (f"The worker was last heard of {silent_ms / 1000:.0f} s ago. Is worker.py running?",)
    if heartbeat.unwritten and not store.trouble:
        return (f"The worker can't write to the store: {heartbeat.unwritten}. Sessions go on, and it is not kept.",)
    return ()
