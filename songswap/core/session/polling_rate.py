"""How often a session may ask: as precise as the host wants it, as long as the calls last for the planned night."""

from dataclasses import dataclass

import msgspec

from songswap.model.session import Pace

SHARE = 0.95
"""Of the calls left, what a night plans with: the rest is for what nobody foresees."""
LONGEST_INTERVAL_S = 60.0
EVENTS_PER_HOUR = 16.0
"""What a host does in an hour of game night, before there is experience: skips, seeks, pauses and their ends."""
TRACKS_PER_HOUR = 17.0
LEAST_HOURS = 0.25
SOON_S = 5.0
"""Looks so close together need no quick one after an event: the next is soon enough for a burst of skips."""
SCARCE_S = 7.5
"""From this interval on calls are too scarce to verify what was learned, or to look again after each event."""

PAGE = Pace(
    interval_s=None,
    quick_looks=1,
    unverified_ms=160.0,
    tolerance_ms=400.0,
    idle_look_s=600.0,
    quiet_s=300.0,
    queue_lead_s=None,
)
"""The host's own start is as uncertain as a listener's here: a tighter tolerance would chase both."""
FINE = Pace(quick_looks=0, unverified_ms=160.0, idle_look_s=600.0, queue_lead_s=None)
COARSE = Pace(quick_looks=0, unverified_ms=1_500.0, idle_look_s=3_600.0, queue_lead_s=None)
USUAL_ERROR_MS = 120.0
"""Of a command to a device nobody knows yet, for forecasts."""


@dataclass(frozen=True)
class Means:
    """What there is to spend: calls left of the day's allowance (None: no bound is known), hours left of the night."""

    calls_left: int | None
    hours_left: float
    listeners: int


def choose(precision_s: float | None, means: Means) -> Pace:
    """The pace of polling. `precision_s` is the shortest interval the host wants; None: driven from the page alone."""
    if precision_s is None:
        return PAGE
    fine = msgspec.structs.replace(FINE, interval_s=precision_s, quick_looks=int(precision_s > SOON_S))
    if precision_s < SCARCE_S and _affordable_s(means, fine) <= precision_s:
        return fine
    interval_s = max(precision_s, SCARCE_S, _affordable_s(means, COARSE))
    return msgspec.structs.replace(COARSE, interval_s=min(interval_s, LONGEST_INTERVAL_S))


def _affordable_s(means: Means, pace: Pace) -> float:
    """The shortest interval that the calls left pay for, everything else at this pace included."""
    if means.calls_left is None:
        return 0.0
    per_hour = SHARE * means.calls_left / max(means.hours_left, LEAST_HOURS)
    polls_per_hour = per_hour - other_calls_per_hour(means.listeners, pace.unverified_ms)
    return 3_600 / polls_per_hour if polls_per_hour > 0 else LONGEST_INTERVAL_S


def other_calls_per_hour(listeners: int, unverified_ms: float) -> float:
    """Calls beside the polls: one command to each listener for each event, some verified, and the host's queue."""
    verified = min(1.0, USUAL_ERROR_MS / unverified_ms) if unverified_ms else 1.0
    return EVENTS_PER_HOUR * listeners * (1 + verified) + TRACKS_PER_HOUR / 4


def hours_at(pace: Pace, calls_left: int, listeners: int) -> float:
    """For how many hours `calls_left` last at this pace."""
    polls = TRACKS_PER_HOUR + EVENTS_PER_HOUR if pace.interval_s is None else 3_600 / pace.interval_s
    return calls_left / (polls + other_calls_per_hour(listeners, pace.unverified_ms))
