"""One person's player over time: commands on their way, what is audible, and what the API shows of it."""

from __future__ import annotations

import heapq
import itertools
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from . import playback as pb
from .people import Device, Person
from .playback import Change, Playback, Start
from .profile import Chance
from .showing import Play, Shown, Truth
from .timeline import Moment, Timeline

GHOST_MS = 90_000.0
"""How long the API goes on showing a vanished device as playing (spotify/web-api#533)."""
LISTENED_MS = 30_000.0
"""A play counts in the history once more than this was heard."""
HISTORY_LENGTH = 200


@dataclass(frozen=True, order=True)
class _Due:
    at_ms: float
    number: int
    change: Change = field(compare=False)


class Player:
    """The player of one account.

    The public verbs are what the person does in their Spotify app: immediate. `send` is a Web API command: it takes
    effect after the device's latency. Both become visible to API reads only after a while.
    """

    def __init__(
        self,
        person: Person,
        clock: Callable[[], float],
        chance: Chance,
        duration_of: pb.DurationOf,
        context_uris: Callable[[str], tuple[str, ...]],
    ) -> None:
        self.person = person
        self.history: deque[Play] = deque(maxlen=HISTORY_LENGTH)
        self.watchers: set[Callable[[], None]] = set()
        """Called whenever something has changed, or a command is on its way."""
        self._clock = clock
        self._chance = chance
        self._duration_of = duration_of
        self._context_uris = context_uris
        self._due: list[_Due] = []
        self._numbers = itertools.count()
        now_ms = self._now_ms()
        volumes = {device.id: device.first_volume_percent for device in person.devices}
        start = Playback(at_ms=now_ms, changed_at_ms=now_ms, volume_percents=volumes)
        self._timeline = Timeline(Moment(start, now_ms))

    # What the person does in their own app

    def play_context(
        self,
        uri: str,
        offset_uri_or_index: str | int | None = None,
        position_ms: float = 0,
        device_id: str | None = None,
    ) -> None:
        """Play an album, playlist, artist or show, from one of its items if one is named."""
        self._act(self.begin(self.context_start(uri, offset_uri_or_index, position_ms, self._app_device(device_id))))

    def play_uris(self, uris: list[str], position_ms: float = 0, device_id: str | None = None) -> None:
        """Play these items in turn, then stop."""
        if not uris:
            raise ValueError("nothing to play: uris is empty")
        for uri in uris:
            self._duration_of(uri)
        self._act(self.begin(self._start(tuple(uris), 0, position_ms, None, self._app_device(device_id))))

    def pause(self) -> None:
        """Hold."""
        self._act(pb.pause)

    def resume(self) -> None:
        """Go on where it was held."""
        self._act(lambda state: pb.resume(pb.transfer(state, state.device_id or self._app_device(None), play=False)))

    def seek(self, position_ms: float) -> None:
        """Go to a position; beyond the end is the next item."""
        self._act(self.seeking(position_ms))

    def next(self) -> None:
        """Skip to what comes next."""
        self._act(pb.follow)

    def previous(self) -> None:
        """Skip to the item before."""
        self._act(pb.step_back)

    def set_shuffle(self, on: bool) -> None:
        """Shuffle the rest of the list, or put it back in order."""
        self._act(self.shuffling(on))

    def set_repeat(self, repeat: pb.Repeat) -> None:
        """`off`, `context` or `track`."""
        if repeat not in ("off", "context", "track"):
            raise ValueError(f"unknown repeat mode {repeat!r}: one of off, context, track")
        self._act(partial(pb.set_repeat, repeat=repeat))

    def transfer(self, device_id: str) -> None:
        """Play on another device of one's own."""
        self._act(partial(pb.transfer, device_id=self._app_device(device_id), play=False))

    def add_to_queue(self, uri: str) -> None:
        """Append to one's own queue."""
        self._duration_of(uri)
        self._act(partial(pb.enqueue, uri=uri))

    def set_volume(self, percent: int, device_id: str | None = None) -> None:
        """Change a device's loudness."""
        self._act(partial(pb.set_volume, device_id=self._app_device(device_id), percent=percent))

    def set_device_online(self, device_id: str, online: bool) -> None:
        """Open the app on a device, or make the device vanish: an active one falls silent without telling anybody."""
        device = self.person.device(device_id)
        now_ms = self._now_ms()
        self._settle(now_ms)
        device.is_online = online
        device.idle_since_ms = None
        if not online and self._head.device_id == device_id:
            self._record(pb.vanish(pb.rebase(self._head, now_ms)), now_ms + GHOST_MS, vanished=True)

    def set_private_session(self, on: bool) -> None:
        """In a private session nothing enters the history."""
        self._settle(self._now_ms())
        self.person.private_session = on

    # The truth, for those who measure

    def truth(self, now: float | None = None) -> Truth:
        """What is audible at `now` (epoch seconds, at most the present; default: the present)."""
        present_ms = self._now_ms()
        self._settle(present_ms)
        now_ms = present_ms if now is None else now * 1_000
        state = pb.advance(self._timeline.heard_at(now_ms), now_ms, self._duration_of)
        return Truth(state.device_id, state.uri, state.position_at(now_ms), state.is_playing)

    def queue(self) -> tuple[str, ...]:
        """What will play next, truthfully."""
        self._settle(self._now_ms())
        return self._head.upcoming

    def state(self) -> Playback:
        """The whole present state, truthfully."""
        self._settle(self._now_ms())
        return self._head

    def changes_at_ms(self) -> float:
        """When something will happen by itself: a command takes effect, or the item ends; infinite for never."""
        head = self.state()
        arrives_at_ms = self._due[0].at_ms if self._due else math.inf
        if not head.is_playing or head.uri is None:
            return arrives_at_ms
        return min(arrives_at_ms, head.at_ms + self._duration_of(head.uri) - head.position_ms)

    # What a page that plays does by itself

    def plug_in(self, device: Device) -> None:
        """A new device, such as a page with the Web Playback SDK in it."""
        self._act(partial(pb.set_volume, device_id=device.id, percent=device.first_volume_percent))
        self.person.devices.append(device)

    def do_here(self, device_id: str, change: Change, at_ms: float) -> None:
        """What the active device did by itself at `at_ms`, which has just passed; ValueError if it is not active."""
        now_ms = self._now_ms()
        self._settle(now_ms)
        if self._head.device_id != device_id or self._head.uri is None:
            raise ValueError("Cannot perform operation; no list was loaded.")
        self._apply(change, min(max(at_ms, self._head.at_ms), now_ms))

    # What the Web API does and sees

    def send(self, change: Change, device: Device) -> None:
        """A command on its way to `device`; those with the shorter way overtake."""
        now_ms = self._now_ms()
        self._settle(now_ms)
        heapq.heappush(self._due, _Due(now_ms + self._chance.latency_ms(device), next(self._numbers), change))
        self._settle(now_ms)
        self._tell_watchers()

    def shown(self) -> Shown:
        """What the API shows at present."""
        now_ms = self._now_ms()
        self._settle(now_ms)
        moment, after = self._timeline.visible_at(now_ms)
        if after is not None and after.vanished:
            state = pb.advance(moment.state, after.state.at_ms, self._duration_of)
            return Shown(state, self._reported(state, moment, now_ms))
        state = pb.advance(moment.state, now_ms, self._duration_of)
        progress_ms = self._reported(state, moment, now_ms)
        if state.device_id is not None and not self.is_listed(self.person.device(state.device_id)):
            return Shown(pb.vanish(state), progress_ms)
        return Shown(state, progress_ms)

    def is_listed(self, device: Device) -> bool:
        """Whether Spotify can reach the device: switched on, and not asleep after a long silence on it."""
        now_ms = self._now_ms()
        self._settle(now_ms)
        if not device.is_online:
            return False
        head = self._head
        active = head.device_id == device.id
        if active and head.is_playing:
            return True
        idle_since_ms = head.changed_at_ms if active else device.idle_since_ms
        if idle_since_ms is None or device.sleeps_after_s is None:
            return True
        return now_ms - idle_since_ms < device.sleeps_after_s * 1_000

    def plays(self) -> list[Play]:
        """The plays recently-played shows at present, newest first."""
        now_ms = self._now_ms()
        self._settle(now_ms)
        shown = [play for play in self.history if play.visible_at_ms <= now_ms]
        return sorted(shown, key=lambda play: play.ended_at_ms, reverse=True)

    def context_start(self, uri: str, offset: str | int | None, position_ms: float, device_id: str | None) -> Start:
        """Where to start in a context; KeyError for an unknown context, IndexError for an offset outside it."""
        uris = self._context_uris(uri)
        if isinstance(offset, str):
            if offset not in uris:
                raise IndexError(f"{offset} is not in {uri}")
            offset = uris.index(offset)
        if offset is None:
            offset = self._chance.rng.randrange(len(uris)) if self._head.shuffle and uris else 0
        if not 0 <= offset < len(uris):
            raise IndexError(f"{uri} has {len(uris)} items: no item {offset}")
        return self._start(uris, offset, position_ms, uri, device_id)

    def list_start(self, uris: tuple[str, ...], index: int, position_ms: float, device_id: str) -> Start:
        """Where to start in a list of uris."""
        return self._start(uris, index, position_ms, None, device_id)

    def begin(self, start: Start) -> Change:
        """The change that starts something."""
        return partial(pb.begin, start=start, duration_of=self._duration_of)

    def seeking(self, position_ms: float) -> Change:
        """The change that goes to a position."""
        return partial(pb.seek, position_ms=position_ms, duration_of=self._duration_of)

    def shuffling(self, on: bool) -> Change:
        """The change that shuffles, with its permutation."""
        return partial(pb.set_shuffle, on=on, seed=self._chance.rng.getrandbits(32))

    # Inside

    @property
    def _head(self) -> Playback:
        return self._timeline.newest.state

    def _now_ms(self) -> float:
        return self._clock() * 1_000

    def _start(
        self, uris: tuple[str, ...], index: int, position_ms: float, context_uri: str | None, device_id: str | None
    ) -> Start:
        return Start(uris, index, position_ms, context_uri, device_id, self._chance.rng.getrandbits(32))

    def _app_device(self, device_id: str | None) -> str:
        """The device a person means: the named one (switched on by using it), the active one, or the first one on."""
        if device_id is None:
            device_id = self._head.device_id or next((d.id for d in self.person.devices if d.is_online), None)
        if device_id is None:
            raise ValueError(f"{self.person.id} has no device switched on")
        device = self.person.device(device_id)
        device.is_online = True
        return device_id

    def _act(self, change: Change) -> None:
        now_ms = self._now_ms()
        self._settle(now_ms)
        self._apply(change, now_ms)

    def _apply(self, change: Change, at_ms: float) -> None:
        after = change(pb.rebase(self._head, at_ms))
        stops = after.device_id is not None and self.person.device(after.device_id).stops_after_track
        self._record(replace(after, stops_after_track=stops), at_ms + self._chance.staleness_ms())

    def _settle(self, now_ms: float) -> None:
        """Bring the timeline up to the present: commands that arrived and items that ended, in their order."""
        while self._due and self._due[0].at_ms <= now_ms:
            due = heapq.heappop(self._due)
            self._run_out(due.at_ms)
            self._apply(due.change, due.at_ms)
        self._run_out(now_ms)

    def _run_out(self, to_ms: float) -> None:
        while (after := pb.track_end(self._head, to_ms, self._duration_of)) is not None:
            self._record(after, max(after.at_ms, self._timeline.newest.visible_at_ms))

    def _record(self, after: Playback, visible_at_ms: float, *, vanished: bool = False) -> None:
        before = pb.rebase(self._head, after.at_ms)
        if after.serial != before.serial:
            self._note_play(before)
        if after.device_id != before.device_id and before.device_id is not None:
            self.person.device(before.device_id).idle_since_ms = after.at_ms
        self._timeline.append(Moment(after, visible_at_ms, self._chance.report_bias_ms(), vanished))
        self._tell_watchers()

    def _tell_watchers(self) -> None:
        for watcher in tuple(self.watchers):
            watcher()

    def _note_play(self, ended: Playback) -> None:
        if ended.uri is None or ended.heard_ms <= LISTENED_MS or self.person.private_session:
            return
        visible_at_ms = ended.at_ms + self._chance.history_lag_ms()
        self.history.append(Play(ended.uri, ended.at_ms, visible_at_ms, ended.context_uri))

    def _reported(self, state: Playback, moment: Moment, now_ms: float) -> int:
        bias_ms = moment.bias_ms if state.is_playing else 0.0
        return max(0, round(state.position_at(now_ms) + bias_ms))
