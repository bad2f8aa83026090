"""What it costs when one track ends and the next begins by itself: it should cost nothing, and leave no gap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.sync.recording import NOBODY, STEP_MS, Recording, Span, host_events
from songswap.simulator.world import CallRecord

QUIET_BEFORE_MS = 20_000.0
QUIET_AFTER_MS = 10_000.0
"""No event of the host's in between: whatever is commanded then, is commanded for the change itself."""
CLOSE_BEFORE_MS = 5_000.0
"""Commands and gaps count from then until QUIET_AFTER_MS after the change."""


@dataclass(frozen=True)
class Change:
    """One track went over into the next, as it was heard at one listener's."""

    place: int
    commands: int
    gap_ms: float
    """How long the listener heard another track than the host, or none, beyond the skew they had before."""
    silence_ms: float


def natural_places(recording: Recording, acts_ms: Sequence[float] = ()) -> list[int]:
    """Where a track went over into the next by itself, with no event near it.

    `acts_ms` are things the host did that are not audible, as shuffling: the change they lead to is left out.
    """
    reference, leaders = recording.reference, recording.leaders
    events_ms = [event.at_ms for event in host_events(recording)]
    found, began_ms = [], recording.began_ms
    for place in range(1, len(reference)):
        before, now = reference[place - 1], reference[place]
        if before.uri == now.uri and now.position_ms >= before.position_ms:
            continue
        at_ms = recording.at_ms(place)
        is_quiet = not any(at_ms - QUIET_BEFORE_MS <= one <= at_ms + QUIET_AFTER_MS for one in events_ms)
        is_led = leaders[place] == leaders[place - 1] != NOBODY
        is_surprise = any(began_ms <= one <= at_ms for one in acts_ms)
        if before.is_playing and now.is_playing and is_quiet and is_led and not is_surprise:
            found.append(place)
        began_ms = at_ms
    return found


def changes(
    recording: Recording,
    spans: Mapping[str, Sequence[Span]],
    calls: Sequence[CallRecord],
    acts_ms: Sequence[float] = (),
) -> list[Change]:
    """Each natural change at each listener who heard the same as the host before it."""
    found = []
    for place in natural_places(recording, acts_ms):
        near = range(place - round(CLOSE_BEFORE_MS / STEP_MS), place + round(QUIET_AFTER_MS / STEP_MS))
        if near.stop > len(recording.reference):
            continue
        for name in recording.heard:
            is_there = any(
                near.start in (span := recording.places(one)) and near.stop in span for one in spans.get(name, ())
            )
            is_leading = name in recording.leaders[near.start : near.stop]
            if is_there and not is_leading and recording.skew_ms(near.start, name) is not None:
                found.append(_change(recording, name, place, near, calls))
    return found


def _change(recording: Recording, name: str, place: int, near: range, calls: Sequence[CallRecord]) -> Change:
    first_s, last_s = recording.at_ms(near.start) / 1000, recording.at_ms(near.stop) / 1000
    commands = sum(is_command(call) and call.person == name and first_s <= call.time_s < last_s for call in calls)
    apart = sum(recording.skew_ms(one, name) is None for one in near)
    silent = sum(not recording.heard[name][one].is_playing for one in near)
    skew_ms = recording.skew_ms(near.start, name) or 0.0
    return Change(place, commands, max(0.0, apart * STEP_MS - skew_ms), silent * STEP_MS)


def is_command(call: CallRecord) -> bool:
    """Whether a call told a player something."""
    return call.method != "GET" and call.path.startswith("/v1/me/player")
