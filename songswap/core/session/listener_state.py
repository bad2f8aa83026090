"""What a listener's state becomes: joining, being told, being read, failing."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from songswap.core.session.timeline import EDGE_MS, advance, residual_ms, same_track, trimmed
from songswap.core.session.web_player import SETTLE_HERE_MS, TOLERANCE_HERE_MS
from songswap.model.music import Device, Playback
from songswap.model.session import Command, Failure, Listener, Night, Pace, Timeline
from songswap.model.tabs import Here

VERIFY_AFTER_MS = 2_500.0
"""From a command's effect to the reading that verifies it: readings sooner may still show the state before."""
SECOND_LOOK_MS = 2_000.0
LONGEST_STALL_MS = 5_000.0
"""A reading further from where a command led is about another track, or another day."""
TOLERATED_SPREADS = 0.6
"""On a fickle device a correction is little better than most of its usual error."""
MOST_CORRECTIONS = 2
NEWS_MS = 25.0
"""A page's report of about the same skew as before is no news."""
VERIFY_ALL = Pace()
FRESH_COMMAND_MS = 12_000.0
"""So soon after a command a silent or odd device has rather missed it than been touched by its owner."""
RETRY_MS = (1_000.0, 2_000.0, 4_000.0, 8_000.0)
AWAY_RETRY_MS = 8_000.0
SETTLED_RETRY_MS = 600_000.0
ASLEEP_RETRY_MS = 3_600_000.0
"""A page that fell asleep says so itself when it wakes: only if it never does is it tried as a device."""
CHANGE_LOOK_MS = 2_500.0
"""From a track's end to the look: readings sooner may still show the state before."""
CHANGE_WINDOW_MS = 10_000.0
"""A reading later than this after a change tells more of the device's owner than of the change."""


@dataclass(frozen=True)
class Person:
    """What a member who wants to listen here asked for, and what is known of their account."""

    account: str
    join_rev: int
    consent_id: str
    device: Device | None
    failure: Failure | None
    trim_ms: int = 0
    goes_on: bool | None = None
    here: Here | None = None
    follows_volume: bool = False


def updated(night: Night, account: str, update: Callable[[Listener], Listener]) -> Night:
    """The night with one listener's state changed, if they are still there."""
    listener = night.listeners.get(account)
    if listener is None:
        return night
    return msgspec.structs.replace(night, listeners={**night.listeners, account: update(listener)})


def attend(listener: Listener | None, person: Person, *, music: bool = True) -> Listener:
    """The listener as the person wants to listen now: fresh when they came, came back, or logged in again.

    `music` tells whether there is something to catch up with.
    """
    is_new = listener is None or (listener.join_rev, listener.consent_id) != (person.join_rev, person.consent_id)
    if listener is None or is_new:
        listener = Listener(person.account, person.join_rev, person.consent_id)
    if person.failure is not None or person.device is None:
        failure = person.failure or Failure("no_device", "Spotify reports no device to listen on.")
        return msgspec.structs.replace(
            listener,
            status=failure.status,
            message=failure.message,
            device_id=None,
            device_name="",
            skew_ms=None,
            look_at_ms=None,
            here=None,
        )
    if person.here is not None and listener.here is None and listener.status == "no_device":
        listener = msgspec.structs.replace(listener, status="catching_up", message="", retry_at_ms=0.0)
    if person.device.id != listener.device_id:
        return msgspec.structs.replace(
            listener,
            device_id=person.device.id,
            device_name=person.device.name,
            status="catching_up" if music else "waiting",
            message="",
            told_rev=-1,
            is_playing=False,
            retry_at_ms=0.0,
            look_at_ms=None,
            command=None,
            trim_ms=person.trim_ms,
            goes_on=person.goes_on,
            here=person.here,
            follows_volume=person.follows_volume,
            has_volume=person.device.volume_percent is not None or person.here is not None,
            volume_percent=None,
        )
    listener = msgspec.structs.replace(
        listener,
        here=person.here,
        follows_volume=person.follows_volume,
        has_volume=listener.has_volume or person.here is not None,
        volume_percent=listener.volume_percent if person.follows_volume else None,
    )
    return _retrimmed(listener, person.trim_ms)


def _retrimmed(listener: Listener, trim_ms: int) -> Listener:
    """The listener with another trim, which is to be heard at once."""
    if trim_ms == listener.trim_ms:
        return listener
    listener = msgspec.structs.replace(listener, trim_ms=trim_ms)
    if not listener.is_playing or listener.status not in {"in_sync", "catching_up"}:
        return listener
    return msgspec.structs.replace(listener, status="catching_up", needs=listener.needs or "seek", look_at_ms=None)


def told(
    listener: Listener,
    command: Command,
    pace: Pace = VERIFY_ALL,
    spread_ms: float | None = None,
    timeline: Timeline | None = None,
) -> Listener:
    """The listener after Spotify accepted a command.

    `spread_ms` is how far off commands to this device usually are, None while it is not known: the steadier it is, the
    fewer of its commands are verified. With the `timeline` a change of track to come is looked at.
    """
    plays = command.kind != "pause"
    unverified_ms = listener.unverified_ms + (spread_ms or 0.0) * plays
    is_free = listener.here is not None  # the page tells by itself; only if it does not is anybody looked at
    verifies = is_free or (plays and (spread_ms is None or unverified_ms >= pace.unverified_ms))
    look_at_ms = command.effect_at_ms + (VERIFY_AFTER_MS if verifies else pace.idle_look_s * 1000)
    after = msgspec.structs.replace(
        listener,
        status="catching_up" if plays and verifies else "in_sync",
        message="",
        until_ms=None,
        skew_ms=listener.skew_ms if plays else None,
        told_rev=max(listener.told_rev, command.rev),
        held_uris=command.uris if command.kind == "start" else listener.held_uris,
        held_plays=command.plays if command.kind == "start" else listener.held_plays,
        is_playing=plays,
        needs="seek" if plays and command.trim_ms != listener.trim_ms else None,
        command=command if plays or is_free else None,
        look_at_ms=look_at_ms if plays or is_free else None,
        unverified_ms=unverified_ms,
        failures=0,
        misses=listener.misses if plays else 0,
    )
    return _watched(after, timeline, command.effect_at_ms)


def failed(listener: Listener, failure: Failure, now_ms: float) -> Listener:
    """The listener after a call failed: what to show, and when to try again."""
    return msgspec.structs.replace(
        listener,
        status=failure.status,
        message=failure.message,
        until_ms=failure.until_ms,
        skew_ms=None,
        retry_at_ms=_retry_at_ms(failure, listener.failures, now_ms),
        failures=listener.failures + 1,
    )


def _retry_at_ms(failure: Failure, failures: int, now_ms: float) -> float:
    if failure.until_ms is not None:
        return failure.until_ms
    if failure.status in {"not_premium", "no_seat"}:
        return now_ms + SETTLED_RETRY_MS
    if failure.status in {"no_device", "restricted"}:
        return now_ms + AWAY_RETRY_MS
    return now_ms + RETRY_MS[min(failures, len(RETRY_MS) - 1)]


def refused(listener: Listener, command: Command, failure: Failure, now_ms: float) -> Listener:
    """The listener after Spotify refused a command.

    A pause that violates a restriction mostly finds the device paused; or Spotify has not noticed yet that it plays, so
    it is read once that has settled.
    """
    untold = msgspec.structs.replace(listener, told_rev=min(listener.told_rev, command.rev - 1))
    if not (failure.is_restriction and command.kind == "pause"):
        return failed(untold, failure, now_ms)
    look_at_ms = command.effect_at_ms + VERIFY_AFTER_MS
    return msgspec.structs.replace(
        untold, status="in_sync", message="", is_playing=False, command=None, look_at_ms=look_at_ms
    )


def seen(
    listener: Listener,
    timeline: Timeline,
    reading: Playback | None,
    now_ms: float,
    pace: Pace = VERIFY_ALL,
    spread_ms: float | None = None,
) -> tuple[Listener, float | None]:
    """The listener after a reading, and a latency sample in ms if it tells what became of a command."""
    wanted = trimmed(timeline, listener.trim_ms)
    listener = msgspec.structs.replace(listener, look_at_ms=None, unverified_ms=0.0, failures=0)
    if reading is not None and reading.device is not None and listener.here is None:
        listener = msgspec.structs.replace(listener, has_volume=reading.device.volume_percent is not None)
    if reading is None:
        return _missed(listener, "Nothing plays on the device.", now_ms), None
    if not wanted.is_playing:
        return _while_paused(listener, reading, wanted), None
    if listener.told_rev < timeline.rev:  # the device can't know yet where the host has gone
        return listener, None
    tolerance_ms = max(pace.tolerance_ms, TOLERATED_SPREADS * (spread_ms or 0.0))
    return _while_playing(listener, timeline, reading, now_ms, tolerance_ms, pace.idle_look_s)


def _while_playing(
    listener: Listener, timeline: Timeline, reading: Playback, now_ms: float, tolerance_ms: float, idle_look_s: float
) -> tuple[Listener, float | None]:
    wanted = trimmed(timeline, listener.trim_ms)
    here = advance(wanted, reading.measured_at_ms)
    off_ms = residual_ms(wanted, reading)
    if _was_left_behind(listener, here, reading, off_ms):
        return _helped_on(listener), None
    if off_ms is None or not reading.is_playing:
        return _missed(listener, "The device plays something else, or nothing.", now_ms), None
    sample_ms = _sample_ms(listener.command, reading)
    settled = msgspec.structs.replace(
        listener,
        status="in_sync",
        message="",
        until_ms=None,
        skew_ms=off_ms,
        is_playing=True,
        misses=0,
        command=None,
        goes_on=_goes_on(listener, here, reading),
        look_at_ms=now_ms + idle_look_s * 1000,
    )
    settled = _watched(settled, timeline, now_ms)
    if abs(off_ms) <= tolerance_ms:
        return settled, sample_ms
    return _corrected(settled, here, now_ms), sample_ms


def reported(
    listener: Listener, timeline: Timeline, reading: Playback, now_ms: float, quiet_at_ms: float
) -> tuple[Listener, float | None]:
    """The listener after a report of the page they listen in, and a latency sample in ms as `seen` has it.

    A report that contradicts a command may be of the moment before it is heard: only without one is it the owner's
    doing. `quiet_at_ms` is when the page will have been silent for too long.
    """
    command, wanted = listener.command, trimmed(timeline, listener.trim_ms)
    is_early = command is not None and reading.measured_at_ms < command.effect_at_ms + SETTLE_HERE_MS
    is_untold = listener.told_rev < timeline.rev and (wanted.is_playing or reading.is_playing)
    if is_early or is_untold or listener.needs is not None or listener.status == "stepped_out":
        return listener, None
    off_ms = residual_ms(wanted, reading) if wanted.is_playing and reading.is_playing else None
    is_as_wanted = off_ms is not None or (not wanted.is_playing and not reading.is_playing)
    if not is_as_wanted and command is not None:
        return listener, None
    if not is_as_wanted and not _was_left_behind(listener, advance(wanted, reading.measured_at_ms), reading, None):
        return _missed_here(listener, now_ms), None
    pace = msgspec.structs.replace(VERIFY_ALL, tolerance_ms=TOLERANCE_HERE_MS if command else VERIFY_ALL.tolerance_ms)
    after, sample_ms = seen(listener, timeline, reading, now_ms, pace)
    if off_ms is None or after.needs is not None:
        return after, sample_ms
    is_news = command is not None or listener.skew_ms is None or abs(off_ms - listener.skew_ms) >= NEWS_MS
    skew_ms = off_ms if is_news else listener.skew_ms
    return msgspec.structs.replace(after, skew_ms=skew_ms, look_at_ms=quiet_at_ms), sample_ms


def _sample_ms(command: Command | None, reading: Playback) -> float | None:
    """How long a command took to its sound, if the reading still tells: by itself, whatever the host did meanwhile."""
    if command is None:
        return None
    since_ms = reading.measured_at_ms - command.effect_at_ms
    off_ms = reading.progress_ms - (command.position_ms + since_ms)
    return command.latency_ms - off_ms if abs(off_ms) < LONGEST_STALL_MS else None


def _corrected(listener: Listener, here: Timeline, now_ms: float) -> Listener:
    """A listener too far off sent to the right place, unless that was tried often enough or the track ends soon."""
    uri = here.track.uri if here.track else ""
    corrections = listener.corrections if listener.corrected_uri == uri else 0
    ends_soon = here.ends_at_ms is not None and here.ends_at_ms - now_ms < EDGE_MS
    if corrections >= MOST_CORRECTIONS or ends_soon:
        return listener
    return msgspec.structs.replace(
        listener, status="catching_up", needs="seek", corrections=corrections + 1, corrected_uri=uri, look_at_ms=None
    )


def _missed(listener: Listener, message: str, now_ms: float) -> Listener:
    """A device that is not where it should be: look again, tell once more, then believe that its owner wants it so."""
    is_fresh = listener.command is not None and now_ms - listener.command.effect_at_ms < FRESH_COMMAND_MS
    misses = listener.misses + 1
    listener = msgspec.structs.replace(listener, misses=misses, skew_ms=None)
    if misses == 1:
        return msgspec.structs.replace(listener, look_at_ms=now_ms + SECOND_LOOK_MS)
    if misses == 2 and is_fresh:
        return msgspec.structs.replace(listener, status="catching_up", needs="start", command=None)
    return step_out(listener, message)


def step_out(listener: Listener, message: str) -> Listener:
    """The listener left alone, until they ask to rejoin."""
    return msgspec.structs.replace(
        listener, status="stepped_out", message=message, is_playing=False, needs=None, look_at_ms=None, command=None
    )


def _missed_here(listener: Listener, now_ms: float) -> Listener:
    """A page that does something else than it should, though nothing was asked of it: twice, and its owner wants it so.

    It tells again within a second; if it does not, Spotify is asked.
    """
    if listener.misses:
        return step_out(listener, "The page plays something else, or nothing.")
    return msgspec.structs.replace(listener, misses=1, skew_ms=None, look_at_ms=now_ms + SECOND_LOOK_MS)


def lost(listener: Listener, now_ms: float) -> Listener:
    """The listener whose page was not heard of for a while and does not play: taken along again once it is back."""
    return msgspec.structs.replace(
        listener,
        status="no_device",
        message="The page you listened in went quiet: it was closed, or fell asleep.",
        told_rev=-1,
        is_playing=False,
        needs=None,
        command=None,
        look_at_ms=None,
        misses=0,
        skew_ms=None,
        retry_at_ms=now_ms + ASLEEP_RETRY_MS,
    )


def _while_paused(listener: Listener, reading: Playback, timeline: Timeline) -> Listener:
    if not reading.is_playing:
        return msgspec.structs.replace(listener, status="in_sync", is_playing=False, misses=0, command=None)
    if listener.told_rev < timeline.rev:
        return msgspec.structs.replace(listener, is_playing=True)
    return step_out(listener, "Something else plays on the device.")


def choose_device(
    devices: Sequence[Device], wanted_id: str | None, wanted_name: str, present_id: str | None
) -> Device | None:
    """The device to listen on: the wanted one even if Spotify doesn't list it now, else the present one,
    else the active one, else any that obeys."""
    if wanted_id is not None:
        listed = next((device for device in devices if device.id == wanted_id), None)
        return listed or Device(wanted_id, wanted_name, "Unknown")
    obedient = [device for device in devices if device.can_be_told]
    obedient.sort(key=lambda device: (device.id != present_id, not device.is_active))
    return obedient[0] if obedient else None


def _watched(listener: Listener, timeline: Timeline | None, now_ms: float) -> Listener:
    """The listener, looked at just after the track's end if it is then seen whether the device goes on by itself."""
    if listener.goes_on is not None or timeline is None:
        return listener
    here = advance(trimmed(timeline, listener.trim_ms), now_ms)
    if here.ends_at_ms is None or here.track is None or not here.upcoming or listener.look_at_ms is None:
        return listener
    if (here.track.uri, here.upcoming[0].uri) not in itertools.pairwise(listener.held_uris):
        return listener
    return msgspec.structs.replace(listener, look_at_ms=min(listener.look_at_ms, here.ends_at_ms + CHANGE_LOOK_MS))


def _goes_on(listener: Listener, here: Timeline, reading: Playback) -> bool | None:
    """What is known of the device after a reading that shows it in time."""
    if listener.goes_on is None and _just_changed(listener, here, reading) and same_track(here.track, reading.track):
        return True
    return listener.goes_on


def _was_left_behind(listener: Listener, here: Timeline, reading: Playback, off_ms: float | None) -> bool:
    """Whether a reading shows that the device did not go on: it stands at an edge, or has begun something else."""
    if listener.goes_on is not None or not _just_changed(listener, here, reading):
        return False
    if reading.is_playing:
        began_ms = here.position_at(reading.measured_at_ms)
        return off_ms is None and reading.progress_ms <= began_ms + EDGE_MS
    is_at_end = reading.track is not None and reading.progress_ms >= reading.track.duration_ms - EDGE_MS
    return reading.track is None or is_at_end or reading.progress_ms <= EDGE_MS


def _helped_on(listener: Listener) -> Listener:
    """The listener whose device does not go on by itself: started on this track now, on each next one at its time."""
    return msgspec.structs.replace(listener, goes_on=False, needs="start", status="catching_up", skew_ms=None)


def _just_changed(listener: Listener, here: Timeline, reading: Playback) -> bool:
    """Whether the track changed by itself a moment ago, to one that the device holds behind another."""
    if here.track is None or listener.command is not None or listener.told_rev < here.rev:
        return False
    is_young = here.position_at(reading.measured_at_ms) < CHANGE_WINDOW_MS
    return is_young and here.track.uri in listener.held_uris[1:]
