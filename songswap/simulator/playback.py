"""What a player does, as a pure function of time.

A `Playback` is an anchor: at `at_ms` this item was at `position_ms`. Between two commands everything follows from it:
the position, the end of the item, and what comes next (the person's own queue first, then the context or list).
Every function that changes something expects a state whose anchor is the moment of the change (`rebase`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

Repeat = Literal["off", "context", "track"]
DurationOf = Callable[[str], int]


@dataclass(frozen=True)
class Playback:
    """One account's player from `at_ms` on, until the next command or the end of the item."""

    at_ms: float
    changed_at_ms: float
    """When somebody or a track end last changed the state: the `timestamp` of the wire format."""
    serial: int = 0
    """Counts items started, so that the same song twice in a row is two plays."""
    device_id: str | None = None
    uri: str | None = None
    position_ms: float = 0.0
    heard_ms: float = 0.0
    """How much of this item has been listened to, wherever it was sought to."""
    is_playing: bool = False
    context_uri: str | None = None
    uris: tuple[str, ...] = ()
    order: tuple[int, ...] = ()
    index: int = 0
    queued: tuple[str, ...] = ()
    from_queue: bool = False
    shuffle: bool = False
    repeat: Repeat = "off"
    volume_percents: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    stops_after_track: bool = False

    def position_at(self, now_ms: float) -> float:
        """The position in the current item, not looking at its end."""
        return self.position_ms + (now_ms - self.at_ms if self.is_playing else 0.0)

    @property
    def upcoming(self) -> tuple[str, ...]:
        """What will play after the current item if nobody interferes: own queue, then the rest of the list."""
        rest = tuple(self.uris[i] for i in self.order[self.index + 1 :])
        if self.repeat == "context":
            rest += tuple(self.uris[i] for i in self.order[: self.index + 1])
        return self.queued + rest

    @property
    def has_previous(self) -> bool:
        """Whether something comes before the current item."""
        return self.from_queue or self.index > 0 or (self.repeat != "off" and bool(self.order))


Change = Callable[[Playback], Playback]


@dataclass(frozen=True)
class Start:
    """What to play: a list, whence it comes, and where in it to begin."""

    uris: tuple[str, ...]
    index: int = 0
    position_ms: float = 0.0
    context_uri: str | None = None
    device_id: str | None = None
    shuffle_seed: int = 0


def rebase(state: Playback, now_ms: float) -> Playback:
    """The same sound, anchored at `now_ms`."""
    elapsed_ms = now_ms - state.at_ms if state.is_playing else 0.0
    return replace(
        state, at_ms=now_ms, position_ms=state.position_ms + elapsed_ms, heard_ms=state.heard_ms + elapsed_ms
    )


def track_end(state: Playback, now_ms: float, duration_of: DurationOf) -> Playback | None:
    """The state right after the current item's end if that came by `now_ms`, else None."""
    if not state.is_playing or state.uri is None:
        return None
    ends_at_ms = state.at_ms + duration_of(state.uri) - state.position_ms
    if ends_at_ms > now_ms:
        return None
    ended = rebase(state, max(ends_at_ms, state.at_ms))
    after = _item(ended, state.uri) if state.repeat == "track" else follow(ended)
    return pause(after) if state.stops_after_track else after


def advance(state: Playback, now_ms: float, duration_of: DurationOf) -> Playback:
    """The state that holds at `now_ms` if nobody interferes, through any number of track ends."""
    while (after := track_end(state, now_ms, duration_of)) is not None:
        state = after
    return state


def begin(state: Playback, start: Start, duration_of: DurationOf) -> Playback:
    """Start a list or context. The person's own queue survives, as does the shuffle setting."""
    order, index = _ordered(len(start.uris), start.index, start.shuffle_seed if state.shuffle else None)
    begun = replace(
        state,
        device_id=start.device_id or state.device_id,
        is_playing=True,
        context_uri=start.context_uri,
        uris=start.uris,
        order=order,
        index=index,
        from_queue=False,
    )
    return seek(_item(begun, start.uris[start.index]), start.position_ms, duration_of)


def follow(state: Playback) -> Playback:
    """Go to what comes next. At the end of everything playback stops, paused at the first item of the list."""
    if state.queued:
        return _item(replace(state, queued=state.queued[1:], from_queue=True), state.queued[0])
    if state.index + 1 < len(state.order):
        return _at_index(state, state.index + 1)
    if state.repeat != "off" and state.order:
        return _at_index(state, 0)
    stopped = replace(state, is_playing=False)
    return _at_index(stopped, 0) if state.order else _item(stopped, state.uri)


def step_back(state: Playback) -> Playback:
    """Go to the item before; before the first one is its own beginning (or the last one when repeating)."""
    if state.from_queue and state.order:
        return _at_index(state, state.index)
    if state.index > 0:
        return _at_index(state, state.index - 1)
    if state.repeat != "off" and state.order:
        return _at_index(state, len(state.order) - 1)
    return _item(state, state.uri)


def seek(state: Playback, position_ms: float, duration_of: DurationOf) -> Playback:
    """Go to a position; one beyond the end starts the next item, as Spotify documents."""
    if state.uri is not None and position_ms >= duration_of(state.uri):
        return follow(state)
    return replace(state, position_ms=float(position_ms), changed_at_ms=state.at_ms)


def pause(state: Playback) -> Playback:
    """Hold where it is."""
    return replace(state, is_playing=False, changed_at_ms=state.at_ms)


def resume(state: Playback) -> Playback:
    """Go on from where it was held; nothing loaded stays nothing."""
    return replace(state, is_playing=state.uri is not None, changed_at_ms=state.at_ms)


def transfer(state: Playback, device_id: str, play: bool) -> Playback:
    """Move to another device; `play` makes sure of sound, else the play state is kept."""
    moved = replace(state, device_id=device_id, changed_at_ms=state.at_ms)
    return resume(moved) if play else moved


def vanish(state: Playback) -> Playback:
    """The active device is gone: silence, and no active device."""
    return replace(pause(state), device_id=None)


def enqueue(state: Playback, uri: str) -> Playback:
    """Append to the person's own queue."""
    return replace(state, queued=(*state.queued, uri))


def set_repeat(state: Playback, repeat: Repeat) -> Playback:
    """Change what happens at an end."""
    return replace(state, repeat=repeat, changed_at_ms=state.at_ms)


def set_shuffle(state: Playback, on: bool, seed: int) -> Playback:
    """Shuffle the list behind the current item, or put it back in order; the current item plays on."""
    if on == state.shuffle:
        return state
    current = state.order[state.index] if state.order else 0
    order, index = _ordered(len(state.uris), current, seed if on else None)
    return replace(state, shuffle=on, order=order, index=index, changed_at_ms=state.at_ms)


def set_volume(state: Playback, device_id: str, percent: int) -> Playback:
    """Change one device's loudness."""
    volume_percents = MappingProxyType({**state.volume_percents, device_id: percent})
    return replace(state, volume_percents=volume_percents)


def _ordered(count: int, first: int, shuffle_seed: int | None) -> tuple[tuple[int, ...], int]:
    """The playing order of a list and the place of item `first` in it."""
    if shuffle_seed is None:
        return tuple(range(count)), first
    others = [i for i in range(count) if i != first]
    random.Random(shuffle_seed).shuffle(others)
    return ((first, *others) if count else ()), 0


def _at_index(state: Playback, index: int) -> Playback:
    return _item(replace(state, index=index, from_queue=False), state.uris[state.order[index]])


def _item(state: Playback, uri: str | None) -> Playback:
    return replace(state, uri=uri, position_ms=0.0, heard_ms=0.0, serial=state.serial + 1, changed_at_ms=state.at_ms)
