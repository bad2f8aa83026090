"""Small music to reason about."""

from songswap.model.music import Device, Playback, Track
from songswap.model.session import Listener, Night, Timeline

MINUTE_MS = 60_000


def track(name: str, duration_ms: int = 3 * MINUTE_MS, **fields: object) -> Track:
    return Track(uri=f"spotify:track:{name}", name=name, artists=("Somebody",), duration_ms=duration_ms, **fields)


A, B, C = track("a"), track("b"), track("c")
SPEAKER = Device(id="speaker", name="Speaker", kind="Speaker", is_active=True)


def timeline(**fields: object) -> Timeline:
    """A plays since 0 ms, B and C follow."""
    known: dict[str, object] = {
        "rev": 1, "track": A, "position_ms": 0.0, "at_ms": 0.0, "is_playing": True, "upcoming": (B, C),
    }  # fmt: skip
    return Timeline(**{**known, **fields})


def reading(progress_ms: float, at_ms: float, of: Track | None = A, **fields: object) -> Playback:
    known: dict[str, object] = {"is_playing": True, "round_trip_ms": 100.0, "device": SPEAKER}
    return Playback(track=of, progress_ms=round(progress_ms), measured_at_ms=at_ms, **{**known, **fields})


def listener(**fields: object) -> Listener:
    """Somebody in sync with `timeline()`, given all three tracks."""
    known: dict[str, object] = {
        "account": "bob",
        "device_id": "phone",
        "device_name": "Phone",
        "status": "in_sync",
        "told_rev": 1,
        "held_uris": (A.uri, B.uri, C.uri),
        "held_plays": 1,
        "is_playing": True,
        "goes_on": True,
    }
    return Listener(**{**known, **fields})


def night(*listeners: Listener, **fields: object) -> Night:
    """A night hosted by Ada in which nothing but the listeners' steps is due for ages."""
    known: dict[str, object] = {
        "session_id": "s", "host": "ada", "timeline": timeline(), "look_at_ms": 1e15, "host_device": SPEAKER,
    }  # fmt: skip
    return Night(**{**known, "listeners": {one.account: one for one in listeners}, **fields})
