"""Is everything all right? For the operator, a watchdog and Prometheus."""

from typing import Literal

from prometheus_client import CONTENT_TYPE_LATEST
from quart import Blueprint, Response, ResponseReturnValue
from quart_schema import document_response, hide, security_scheme, tag_blueprint, validate_response

from songswap.documents import HEARTBEAT
from songswap.model import Struct
from songswap.store import Store, StoreError
from songswap.web.errors import ProblemError
from songswap.web.resources import resources
from songswap.web.snapshot import WORKER_SILENT_MS

blueprint = Blueprint("health", __name__)
tag_blueprint(blueprint, ["operation"])


class Health(Struct, frozen=True):
    """`problems` says in words what is wrong; there are none when `status` is ok."""

    status: Literal["ok", "trouble"]
    problems: tuple[str, ...]


@blueprint.get("/health")
@security_scheme([])
@document_response(Health, 503)
@validate_response(Health)
async def health() -> tuple[Health, int]:
    """200 when the store can be written and the worker lives, else 503 with what is wrong."""
    here = resources()
    problems = (*_of_store(here.store), *_of_worker(here.store, here.clock.now_ms()))
    return (Health("trouble", problems), 503) if problems else (Health("ok", ()), 200)


@blueprint.get("/metrics")
@hide
async def metrics() -> ResponseReturnValue:
    """Figures for Prometheus."""
    here = resources()
    if not here.config.features.metrics:
        raise ProblemError(404, "switched_off", "Metrics are switched off: [features] metrics.")
    return Response(here.metrics.text(), content_type=CONTENT_TYPE_LATEST)


def _of_store(store: Store) -> tuple[str, ...]:
    """Writes a byte, for a full disk and a read-only file system show nowhere else."""
    probe = store.root / "health.tmp"
    try:
        probe.write_bytes(b"\n")
        probe.unlink()
    except OSError as error:
        return (f"The store can't be written: {error.strerror}.",)
    return ()


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
