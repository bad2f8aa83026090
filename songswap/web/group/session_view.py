"""What people see of a session's course: who leads, how long and how precisely, and for how long the calls last."""

from songswap.core.session import leadership, polling_rate
from songswap.core.session.polling_rate import Means
from songswap.web.group.group_facts import Facts
from songswap.web.group.group_state import CallsState, Choice, SessionState

PRECISIONS_S = (2.5, 5.0, 10.0, 20.0, 40.0, None)
"""What the page offers; None: the host does everything there."""
SHOWN_STEP = 10
"""Calls left are shown by tens, so that not every single call is news for every page."""
STEPS_PER_HOUR = 12


def session_state(facts: Facts, account: str) -> SessionState:
    """The session as `account` sees it."""
    wish, night = facts.session, facts.tonight
    leader = night.leader if night else facts.group.host
    may_lead = facts.group.members[account].role != "listener"
    return SessionState(
        state=wish.state,
        id=wish.session_id,
        since_ms=wish.since_ms,
        hours=wish.hours,
        precision_s=wish.precision_s,
        interval_s=night.pace.interval_s if night else None,
        leader=leader,
        leader_words=leadership.words(night, _name(facts, leader), _name(facts, night.host)) if night else "",
        may_take_lead=night is not None and may_lead and leader != account,
    )


def calls_state(facts: Facts) -> CallsState | None:
    """For how long the calls last; None while no limit is known."""
    left = facts.calls_left
    if left is None:
        return None
    return CallsState(
        left=left - left % SHOWN_STEP,
        enough_for_h=_enough_for_h(facts, facts.session.precision_s, left),
        choices=tuple(Choice(one, _enough_for_h(facts, one, left)) for one in PRECISIONS_S),
    )


def _enough_for_h(facts: Facts, precision_s: float | None, left: int) -> float:
    """Hours, by five minutes, if the session keeps to that precision all the time."""
    night = facts.tonight
    listeners = len(night.listeners) if night else len(facts.group.members) - 1
    kept_to = polling_rate.choose(precision_s, Means(None, facts.session.hours, listeners))
    return int(polling_rate.hours_at(kept_to, left, listeners) * STEPS_PER_HOUR) / STEPS_PER_HOUR


def _name(facts: Facts, account: str) -> str:
    person = facts.people.get(account)
    return person.account.display_name if person else "Somebody"
