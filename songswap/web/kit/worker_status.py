"""Whether the worker runs."""

from songswap.documents import (
    HEARTBEAT,
)
from songswap.store import Reads, is_held

WORKER_SILENT_MS = 15_000.0
"""A worker that has not been heard of for so long does not run."""


def is_worker_alive(store: Reads, now_ms: float) -> bool:
    """Whether the worker has been heard of lately."""
    heartbeat = store.read(HEARTBEAT)
    if heartbeat is None or now_ms - heartbeat.beat_at_ms < WORKER_SILENT_MS:
        return heartbeat is not None
    return bool(store.trouble) and is_held(store.root, "worker")  # it lives, and can't tell
