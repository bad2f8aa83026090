"""What came of the nights of one scenario, as figures that can be kept, compared and shown."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from bench.sync.changes import Change, is_command
from bench.sync.measure import Tally, peak, percentile
from bench.sync.people import LISTENERS, LONGEST_WAY_MS
from bench.sync.stage import Obeyed, Play
from songswap.simulator.world import CallRecord

PEAK_WINDOW_S = 30.0
ROUND_TRIP_S = 2 * LONGEST_WAY_MS / 1000


@dataclass
class Outcome:
    """One night."""

    tally: Tally
    changes: list[Change]
    obeyed: list[tuple[Obeyed, float | None]]
    """Clicks, and how long after each its command reached Spotify; None if it never did."""
    unled_s: list[float]
    interruptions: int
    calls: list[CallRecord]
    while_blocked: int


class Spread(msgspec.Struct, frozen=True):
    """How something that was measured `count` times is distributed."""

    count: int
    p50: float
    p95: float
    worst: float


class Changes(msgspec.Struct, frozen=True):
    """Natural changes of tracks: how many, the commands they cost, what listeners heard of them."""

    count: int
    """In the host's player, or whoever leads."""
    commands: int
    gap_ms: Spread | None
    """At each listener: another track than the host's, or silence, beyond their skew."""
    longest_silence_ms: float


class Clicks(msgspec.Struct, frozen=True):
    """From a click until the host's own player obeys, in seconds; and until its command reached Spotify."""

    pause_s: Spread | None
    pause_reached_s: Spread | None
    pauses_in_time: int
    """Pauses that took no longer than the device itself and a round trip together."""
    other_s: Spread | None


class Result(msgspec.Struct, frozen=True):
    """The figures of one scenario over all its nights."""

    name: str
    hours: float
    seeds: int
    skew_ms: Spread | None
    follow_s: Spread | None
    follow_p95_s_by_kind: dict[str, float]
    off_percent: float
    glitches_per_listener_hour: float
    back_s: Spread | None
    unled_s: Spread | None
    changes: Changes
    clicks: Clicks | None
    interruptions: int
    calls: int
    calls_per_listener_hour: float
    calls_by_family: dict[str, int]
    most_calls: int
    """In one night."""
    peak_30s: int
    limited: int
    while_blocked: int


def interruptions(play: Play, calls: Sequence[CallRecord], orders: int = 0) -> int:
    """Commands that players of whoever led at the time accepted, and nobody had clicked.

    `orders` are those that the page in which the leader listens has carried out.
    """
    recording = play.recording
    commands = orders
    for call in calls:
        place = recording.place_of(call.time_s * 1000)
        if is_accepted(call) and place < len(recording.leaders) and call.person == recording.leaders[place]:
            commands += 1
    return commands - play.clicks


def spread(values: Sequence[float]) -> Spread | None:
    """How values are distributed, if there are any."""
    if not values:
        return None
    p50, p95 = percentile(values, 50), percentile(values, 95)
    return Spread(len(values), short(p50), short(p95), short(max(values)))


def pooled(name: str, hours: float, outcomes: Sequence[Outcome]) -> Result:
    """The figures of a scenario from its nights of `hours` each."""
    sums = Tally()
    for outcome in outcomes:
        sums.add(outcome.tally)
    times_s = [late_s for _, late_s in sums.follows]
    kinds = sorted({kind for kind, _ in sums.follows})
    calls = [call for outcome in outcomes for call in outcome.calls]
    return Result(
        name=name,
        hours=hours,
        seeds=len(outcomes),
        skew_ms=spread(sums.skews_ms),
        follow_s=spread(times_s),
        follow_p95_s_by_kind={
            kind: short(percentile([late_s for one, late_s in sums.follows if one == kind], 95)) for kind in kinds
        },
        off_percent=short(100 * sums.off / max(1, sums.playing)),
        glitches_per_listener_hour=short(sums.glitches / sums.hours) if sums.hours else 0.0,
        back_s=spread(sums.backs_s),
        unled_s=spread([one for outcome in outcomes for one in outcome.unled_s]),
        changes=_changes(outcomes),
        clicks=_clicks([one for outcome in outcomes for one in outcome.obeyed]),
        interruptions=sum(outcome.interruptions for outcome in outcomes),
        calls=len(calls),
        calls_per_listener_hour=short(len(calls) / len(LISTENERS) / hours / len(outcomes)),
        calls_by_family=dict(sorted(Counter(map(family, calls)).items())),
        most_calls=max(len(outcome.calls) for outcome in outcomes),
        peak_30s=max(peak([call.time_s for call in outcome.calls], PEAK_WINDOW_S) for outcome in outcomes),
        limited=sum(call.status == 429 for call in calls),
        while_blocked=sum(outcome.while_blocked for outcome in outcomes),
    )


def is_accepted(call: CallRecord) -> bool:
    """Whether a call told a player something, and Spotify passed it on."""
    return is_command(call) and 200 <= call.status < 300


def family(call: CallRecord) -> str:
    """What calls are counted by."""
    return "tokens" if call.path == "/api/token" else f"{call.method} {call.path.removeprefix('/v1/me/')}"


def reached_after_s(obeyed: Obeyed, host: str, calls: Sequence[CallRecord]) -> float | None:
    """How long after a click the command that its obedience was due to had reached Spotify; None if there was none."""
    obeyed_s = (obeyed.clicked_at_ms + obeyed.after_ms) / 1000
    accepted = [
        call.time_s
        for call in calls
        if call.person == host and is_accepted(call) and obeyed.clicked_at_ms / 1000 <= call.time_s <= obeyed_s
    ]
    return accepted[-1] - obeyed.clicked_at_ms / 1000 if accepted else None


def _changes(outcomes: Sequence[Outcome]) -> Changes:
    heard = [change for outcome in outcomes for change in outcome.changes]
    places = {(number, change.place) for number, outcome in enumerate(outcomes) for change in outcome.changes}
    return Changes(
        count=len(places),
        commands=sum(change.commands for change in heard),
        gap_ms=spread([change.gap_ms for change in heard]),
        longest_silence_ms=max((change.silence_ms for change in heard), default=0.0),
    )


def _clicks(obeyed: Sequence[tuple[Obeyed, float | None]]) -> Clicks | None:
    pauses = [(one.after_ms / 1000, reached_s) for one, reached_s in obeyed if one.kind == "pause"]
    reached = [reached_s for _, reached_s in pauses if reached_s is not None]
    if not obeyed:
        return None
    return Clicks(
        pause_s=spread([after_s for after_s, _ in pauses]),
        pause_reached_s=spread(reached),
        pauses_in_time=sum(reached_s <= ROUND_TRIP_S for reached_s in reached),
        other_s=spread([one.after_ms / 1000 for one, _ in obeyed if one.kind != "pause"]),
    )


def short(value: float) -> float:
    """Rounded to what is worth keeping."""
    return round(value, 3)
