"""What people see of an interval timer. Pure: documents in, state out."""

from dataclasses import dataclass

from songswap.core.kit.status_text import HINTS
from songswap.core.people.groups import RIGHTS
from songswap.core.session.timeline import advance
from songswap.core.timer import timer as rules
from songswap.core.timer.timer import Moment
from songswap.model.interval import Interval, Ticks
from songswap.model.session import Night
from songswap.web.group.group_facts import Facts
from songswap.web.group.group_state import IntervalState, PhaseState, PlaybackState

NO_WORRY = frozenset({"in_sync", "waiting", "catching_up"})
UPCOMING_SHOWN = 1


@dataclass(frozen=True)
class Timer:
    """All that is known of a timer at `now_ms`.

    `night` is the running session's, where one has the music; `elsewhere` the name of the group whose session has it
    although the timer is the person's own.
    """

    wanted: Interval
    ticks: Ticks
    night: Night | None
    now_ms: float
    worker_alive: bool
    may_control: bool = True
    by_name: str = ""
    elsewhere: str = ""

    @property
    def player(self) -> Night | None:
        """What is known of the music this timer acts on."""
        if self.night is not None:
            return self.night
        return self.ticks.night if self.ticks.run == self.wanted.run else None


def timer_in(facts: Facts, account: str = "") -> Timer:
    """The timer of a group as its member `account` sees it, or somebody who may only look."""
    starter = facts.people.get(facts.interval.by)
    member = facts.group.members.get(account)
    return Timer(
        wanted=facts.interval,
        ticks=facts.ticks,
        night=facts.tonight,
        now_ms=facts.now_ms,
        worker_alive=facts.worker_alive,
        may_control=member is not None and "playback" in RIGHTS[member.role],
        by_name=starter.account.display_name if starter else "",
    )


def interval_state(timer: Timer) -> IntervalState:
    """The timer as its page shows it."""
    wanted, moment = timer.wanted, rules.where(timer.wanted, timer.now_ms)
    is_on = moment.state in {"running", "paused"}
    player = timer.player if wanted.started_at_ms is not None else None
    problem, hint, until_ms = _problem(timer, player) if is_on else ("", "", None)
    return IntervalState(
        now_ms=timer.now_ms,
        state=moment.state,
        phases=tuple(PhaseState(phase.name, phase.length_s) for phase in wanted.phases),
        repeat=wanted.repeat,
        rounds=moment.rounds,
        round=moment.round,
        phase=moment.phase,
        phase_name=_name(wanted, moment.phase),
        next_name=_next_name(wanted, moment),
        started_at_ms=wanted.started_at_ms,
        paused_at_ms=wanted.paused_at_ms,
        next_at_ms=moment.next_at_ms,
        context_uri=wanted.context_uri,
        device_id=wanted.device_id,
        device_name=(player.host_device.name if player and player.host_device else wanted.device_name),
        shuffle=wanted.shuffle,
        at_boundary=wanted.at_boundary,
        at_end=wanted.at_end,
        by_name=timer.by_name,
        may_control=timer.may_control,
        in_session=timer.night is not None,
        playback=_playback(player, timer.now_ms) if player else None,
        problem=problem,
        hint=hint,
        until_ms=until_ms,
        is_worker_alive=timer.worker_alive,
    )


def remaining_ms(timer: Timer) -> float:
    """What is left of the phase."""
    return rules.where(timer.wanted, timer.now_ms).remaining_ms


def _name(wanted: Interval, place: int) -> str:
    return wanted.phases[place].name if wanted.phases else ""


def _next_name(wanted: Interval, moment: Moment) -> str:
    """What the phase after this is called; empty where this is the last."""
    if moment.state in {"none", "done"}:
        return ""
    place = (moment.phase + 1) % len(wanted.phases)
    return "" if place == 0 and moment.round == moment.rounds else wanted.phases[place].name


def _playback(player: Night, now_ms: float) -> PlaybackState | None:
    if player.timeline is None:
        return None
    now = advance(player.timeline, now_ms)
    return PlaybackState(
        rev=now.rev,
        track=now.track,
        is_playing=now.is_playing,
        position_ms=now.position_ms,
        at_ms=now.at_ms,
        upcoming=now.upcoming[:UPCOMING_SHOWN],
    )


def _problem(timer: Timer, player: Night | None) -> tuple[str, str, float | None]:
    """What is in the way of the music, what to do about it, and until when; the count goes on whatever it is."""
    if not timer.worker_alive:
        words = "The worker is not running: the count goes on, but nothing is skipped until it runs again."
        return words, "Tell whoever runs SongSwap.", None
    if timer.elsewhere:
        words = f"You listen in {timer.elsewhere}, so this timer only counts: its session has the music."
        return words, "The timer on the group’s own page skips for everybody.", None
    if player is None:
        return "", "", None
    if player.host_status not in NO_WORRY:
        return player.host_message, HINTS.get(player.host_status, ""), player.host_until_ms
    return player.click_error or player.notice or _missed(timer), "", None


def _missed(timer: Timer) -> str:
    count = timer.ticks.missed if timer.ticks.run == timer.wanted.run else 0
    if not count:
        return ""
    changes = "A change went by" if count == 1 else f"{count} changes went by"
    return f"{changes} while the worker was away. The latest skip stands for all of them."
