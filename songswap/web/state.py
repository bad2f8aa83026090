"""The shapes of what the group page and the API show."""

from typing import Literal

from songswap.core.groups import Right
from songswap.core.words import MemberStatus
from songswap.model import Role, Struct, Track


class DeviceState(Struct, frozen=True):
    """A device Spotify reports. `reason` says why an unusable one can't be chosen."""

    id: str | None
    name: str
    kind: str
    is_active: bool
    is_chosen: bool
    is_usable: bool
    reason: str


class DevicesState(Struct, frozen=True):
    """The devices as Spotify reported them at `at_ms`; `is_looking` while newer ones are asked for."""

    items: tuple[DeviceState, ...]
    chosen_id: str | None
    chosen_name: str
    at_ms: float | None
    is_looking: bool


class Elsewhere(Struct, frozen=True):
    """Another group, in whose running session the person listens."""

    group: str
    name: str


class MeState(Struct, frozen=True):
    """The one who asks: what they may do, where they listen, on what."""

    account: str
    role: Role
    rights: tuple[Right, ...]
    is_listening: bool
    elsewhere: Elsewhere | None
    devices: DevicesState


class MemberState(Struct, frozen=True):
    """Somebody in the group. `until_ms` is when the status ends by itself, `error` the last thing that went wrong."""

    account: str
    name: str
    image_url: str | None
    role: Role
    is_listening: bool
    status: MemberStatus
    status_words: str
    hint: str
    skew_ms: float | None
    until_ms: float | None
    error: str
    device_name: str


class SessionState(Struct, frozen=True):
    """Whether a session runs, and since when."""

    state: Literal["running", "stopped"]
    id: str
    since_ms: float


class PlaybackState(Struct, frozen=True):
    """What everybody should hear: `track` was at `position_ms` at `at_ms`, and moves on while playing."""

    rev: int
    track: Track | None
    is_playing: bool
    position_ms: float
    at_ms: float
    upcoming: tuple[Track, ...]


class GroupState(Struct, frozen=True):
    """A group at the server's time `now_ms`, as one of its members sees it."""

    id: str
    name: str
    now_ms: float
    me: MeState
    members: tuple[MemberState, ...]
    session: SessionState
    playback: PlaybackState | None
    notice: str
    is_worker_alive: bool
    invite_url: str | None
    invite_expires_at_ms: float | None
