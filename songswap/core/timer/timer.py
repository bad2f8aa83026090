"""The interval timer: where it stands at any moment, and which boundary is due.

Everything is reckoned from the moment it was started; a boundary is that moment plus a whole number of lengths. So no
wait is ever added to another, and whoever looks late finds the same count as whoever looked all along.
"""

import math
from dataclasses import dataclass
from itertools import accumulate

from msgspec.structs import replace

from songswap.core.people.groups import RefusedError
from songswap.core.session.boundary import Boundary
from songswap.model.interval import Act, Interval, Phase, Press, Ticks, TimerState

SHORTEST_S, LONGEST_S = 1.0, 24 * 3_600.0
"""Of a phase; all rounds together last no longer than the longest either."""
MOST_PHASES = 40
TIMER_NAME_LENGTH = 40
LATE_END_MS = 600_000.0
"""An end that nobody saw to for so long pauses nothing any more: something else plays by then."""


@dataclass(frozen=True)
class Moment:
    """Where a timer stands: the phase by its place, the round of `rounds`, what is left of the phase.

    `next_at_ms` is when the phase ends, if the timer runs.
    """

    state: TimerState
    phase: int = 0
    round: int = 1
    rounds: int = 1
    remaining_ms: float = 0.0
    next_at_ms: float | None = None


def rounds(timer: Interval) -> int:
    """How often the phases come; a timer without an end has a day's worth of them."""
    return timer.repeat or max(1, int(LONGEST_S * 1000 // _round_ms(timer)))


def last(timer: Interval) -> int:
    """The number of the boundary that is the end."""
    return rounds(timer) * len(timer.phases)


def boundary_ms(timer: Interval, number: int) -> int:
    """How long after the start the boundary `number` comes, in ms: whole lengths, however many."""
    whole, place = divmod(number, len(timer.phases))
    return whole * _round_ms(timer) + sum(_length_ms(phase) for phase in timer.phases[:place])


def reached(timer: Interval, elapsed_ms: float) -> int:
    """The latest boundary that has come after `elapsed_ms` of running time."""
    whole, rest_ms = divmod(max(0.0, elapsed_ms), _round_ms(timer))
    starts_ms = (0, *accumulate(_length_ms(phase) for phase in timer.phases[:-1]))
    place = sum(start_ms <= rest_ms for start_ms in starts_ms) - 1
    return min(int(whole) * len(timer.phases) + place, last(timer))


def elapsed_ms(timer: Interval, now_ms: float) -> float:
    """Running time so far; 0 before the start."""
    if timer.started_at_ms is None:
        return 0.0
    return max(0.0, (now_ms if timer.paused_at_ms is None else timer.paused_at_ms) - timer.started_at_ms)


def where(timer: Interval, now_ms: float) -> Moment:
    """Where the timer stands at `now_ms`."""
    if not timer.phases:
        return Moment("none")
    every = rounds(timer)
    passed_ms = elapsed_ms(timer, now_ms)
    number = reached(timer, passed_ms)
    if number == last(timer):
        return Moment("done", len(timer.phases) - 1, every, every)
    round_number, place = divmod(number, len(timer.phases))
    remaining_ms = boundary_ms(timer, number + 1) - passed_ms
    moment = Moment("ready", place, round_number + 1, every, remaining_ms)
    if timer.started_at_ms is None:
        return moment
    if timer.paused_at_ms is not None:
        return _as(moment, "paused", None)
    return _as(moment, "running", timer.started_at_ms + boundary_ms(timer, number + 1))


def _as(moment: Moment, state: TimerState, next_at_ms: float | None) -> Moment:
    return Moment(state, moment.phase, moment.round, moment.rounds, moment.remaining_ms, next_at_ms)


def press(timer: Interval, action: Press, by: str, now_ms: float) -> Interval:
    """The timer after somebody pressed a button; unchanged where it is so already.

    Raises RefusedError (no_timer, not_running).
    """
    now_ms = float(math.floor(now_ms))  # whole milliseconds add up exactly
    state = where(timer, now_ms).state
    if state == "none":
        raise RefusedError("no_timer", "There is no timer. Set one up first.")
    match action:
        case "start":
            return _started(timer, by, now_ms) if state in {"ready", "done"} else timer
        case "reset":
            return replace(timer, run=timer.run + 1, started_at_ms=None, paused_at_ms=None)
    if state not in {"running", "paused"}:
        raise RefusedError("not_running", "The timer is not running. Start it first.")
    match action:
        case "pause":
            return timer if state == "paused" else replace(timer, paused_at_ms=now_ms)
        case "resume":
            return timer if state == "running" else _moved(replace(timer, paused_at_ms=None), _paused_ms(timer, now_ms))
    skipped = reached(timer, elapsed_ms(timer, now_ms)) + 1
    return _moved(timer, elapsed_ms(timer, now_ms) - boundary_ms(timer, skipped))


def _started(timer: Interval, by: str, now_ms: float) -> Interval:
    return replace(timer, run=timer.run + 1, by=by, started_at_ms=now_ms, paused_at_ms=None)


def _paused_ms(timer: Interval, now_ms: float) -> float:
    return max(0.0, now_ms - (timer.paused_at_ms or now_ms))


def _moved(timer: Interval, by_ms: float) -> Interval:
    return replace(timer, started_at_ms=(timer.started_at_ms or 0.0) + by_ms)


def set_up(before: Interval, wanted: Interval) -> Interval:
    """`wanted` in place of the timer before, ready to start; what was done for that one is not done for this."""
    return replace(wanted, run=before.run + 1, started_at_ms=None, paused_at_ms=None)


def check(phases: tuple[Phase, ...], repeat: int | None) -> None:
    """Raises RefusedError (bad_interval) for what lasts too long in all."""
    total_s = sum(phase.length_s for phase in phases) * (repeat or 1)
    if total_s > LONGEST_S:
        raise RefusedError("bad_interval", "All rounds together last more than 24 hours. Make them fewer or shorter.")


def done_by(timer: Interval, ticks: Ticks | None) -> int:
    """The latest boundary of this run that was taken care of; -1 where none was."""
    return ticks.done if ticks is not None and ticks.run == timer.run else -1


def due(timer: Interval, ticks: Ticks | None, now_ms: float, lead_ms: float = 0.0) -> Boundary | None:
    """The boundary to act on now, or within `lead_ms`; those that went by before are in it.

    None where there is nothing to do: it was done, or Spotify wants nothing yet, or the boundary is only announced.
    """
    if timer.started_at_ms is None or not timer.phases or now_ms < _retry_at_ms(timer, ticks):
        return None
    done = done_by(timer, ticks)
    number = reached(timer, elapsed_ms(timer, now_ms + lead_ms))
    act = _act(timer, done, number)
    if number <= done or act is None:
        return None
    at_ms = timer.started_at_ms + boundary_ms(timer, number)
    if number == last(timer) and now_ms - at_ms > LATE_END_MS:
        return None
    skips = timer.at_boundary == "skip"
    missed = max(0, number - max(done + 1, 1)) if skips else 0
    return Boundary(number, at_ms, act, missed, timer.run)


def next_ms(timer: Interval, ticks: Ticks | None, now_ms: float, lead_ms: float = 0.0) -> float:
    """When to ask `due` again if nothing changes until then; infinite where nothing more is to come."""
    if timer.started_at_ms is None or not timer.phases:
        return math.inf
    if now_ms < _retry_at_ms(timer, ticks):
        return _retry_at_ms(timer, ticks)
    number = max(done_by(timer, ticks), reached(timer, elapsed_ms(timer, now_ms + lead_ms))) + 1
    if number > last(timer) or timer.paused_at_ms is not None:
        return math.inf
    return timer.started_at_ms + boundary_ms(timer, number) - lead_ms


def _retry_at_ms(timer: Interval, ticks: Ticks | None) -> float:
    return ticks.retry_at_ms if ticks is not None and ticks.run == timer.run else 0.0


def noted(timer: Interval, ticks: Ticks | None, boundary: Boundary) -> Ticks:
    """What was done, this boundary included; to be written before anything is sent."""
    before = ticks if ticks is not None and ticks.run == timer.run else Ticks()
    return replace(before, run=timer.run, done=boundary.number, missed=boundary.missed, retry_at_ms=0.0)


def put_off(ticks: Ticks, run: int, number: int, until_ms: float) -> Ticks:
    """What was done, after Spotify refused boundary `number` of a run until `until_ms` and did nothing: still to do.

    Unchanged if that run is over, or a later boundary was taken care of.
    """
    if (ticks.run, ticks.done) != (run, number):
        return ticks
    return replace(ticks, done=number - 1, retry_at_ms=until_ms)


def skips_at_ms(timer: Interval | None, now_ms: float) -> float:
    """When the timer cuts what plays short; infinite where it does not."""
    if timer is None or timer.at_boundary == "announce":
        return math.inf
    moment = where(timer, now_ms)
    is_end = moment.round == moment.rounds and moment.phase == len(timer.phases) - 1
    return math.inf if moment.next_at_ms is None or is_end else moment.next_at_ms


def begins_music(timer: Interval) -> bool:
    """Whether its start asks something of the player."""
    return timer.context_uri is not None or timer.device_id is not None or timer.shuffle is not None


def _act(timer: Interval, done: int, number: int) -> Act | None:
    """What the boundary `number` asks of the music if `done` was the latest that was taken care of."""
    if number == last(timer):
        return "pause" if timer.at_end == "pause" else None
    if done < 0:
        return "start" if begins_music(timer) else _skip(timer, number)
    return _skip(timer, number)


def _skip(timer: Interval, number: int) -> Act | None:
    return "skip" if number > 0 and timer.at_boundary == "skip" else None


def _length_ms(phase: Phase) -> int:
    return round(phase.length_s * 1000)


def _round_ms(timer: Interval) -> int:
    return sum(_length_ms(phase) for phase in timer.phases)
