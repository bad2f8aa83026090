"""What people wish for and vote on, as one member sees it. Pure."""

from collections.abc import Mapping

from songswap.core.kit.status_text import MemberStatus
from songswap.core.people.groups import RIGHTS
from songswap.core.session import requests as rules
from songswap.model.nights import Handed, Requests, SongRequest
from songswap.model.people import Group
from songswap.web.group.group_facts import Facts, Person
from songswap.web.group.group_state import RequestsState, RequestState, VotesState

DEAF: frozenset[MemberStatus] = frozenset({
    "stepped_out", "elsewhere", "no_device", "restricted", "not_premium", "needs_login", "no_seat",
})  # fmt: skip
"""Who hears nothing of the session, though they may want to."""


def listeners_of(facts: Facts) -> set[str]:
    """Who hears the session now, the host among them."""
    listening = {
        account
        for account, person in facts.people.items()
        if facts.listens(person) and facts.status_of(person) not in DEAF
    }
    return listening | ({facts.group.host} if facts.session.state == "running" else set())


def requests_state(facts: Facts, account: str) -> RequestsState:
    """What `account` sees of the requests."""
    group, session_id = facts.group, facts.session.session_id
    handed = facts.handed if facts.handed.session_id == session_id else Handed()
    if facts.session.state == "stopped":
        return RequestsState(facts.requests.settings, (), None, "", "", None)
    requests = rules.in_session(facts.requests, session_id, handed)
    coming = rules.coming(handed)
    coming_id = coming.request.id if coming else ""
    now = rules.present(facts.tonight, facts.now_ms)
    wisher = rules.wished_by(handed, now.plays) if now else None
    return RequestsState(
        settings=requests.settings,
        waiting=tuple(_shown(facts, one, account) for one in requests.waiting if one.id != coming_id),
        coming=request_state(coming.request, _name(facts.people, coming.request.by), group) if coming else None,
        wished_by=_name(facts.people, wisher) if wisher else "",
        problem=(handed.items[-1].problem if handed.items else "") or handed.fallback_problem,
        votes=_votes(facts, requests, account),
    )


def request_state(request: SongRequest, name: str, group: Group, account: str | None = None) -> RequestState:
    """A request of somebody called `name`, as `account` sees it; None: nobody can remove it any more."""
    may_remove = account is not None and (account == request.by or "playback" in RIGHTS[group.members[account].role])
    return RequestState(request.id, request.by, name, request.track, may_remove)


def _shown(facts: Facts, request: SongRequest, account: str) -> RequestState:
    return request_state(request, _name(facts.people, request.by), facts.group, account)


def _votes(facts: Facts, requests: Requests, account: str) -> VotesState | None:
    play, listeners = rules.play_of(facts.tonight, facts.now_ms), listeners_of(facts)
    if not play:
        return None
    votes = rules.votes_for(requests, play)
    return VotesState(
        play=play,
        count=rules.counted(votes, listeners),
        needed=rules.needed(len(listeners)),
        is_mine=account in votes.by,
        is_passed=votes.is_passed,
    )


def _name(people: Mapping[str, Person], account: str) -> str:
    person = people.get(account)
    return person.account.display_name if person else "Somebody who left"
