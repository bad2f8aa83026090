"""Songs people wish for and votes to skip: whose turn it is, and what is refused. Documents in, documents out."""

from bisect import bisect_right
from collections.abc import Collection, Sequence

from msgspec.structs import replace

from songswap.core.people.groups import RefusedError, demand, role_of
from songswap.core.session.timeline import advance, same_track
from songswap.model.music import Track
from songswap.model.nights import Handed, HandedRequest, Requests, SongRequest, Votes
from songswap.model.people import Group
from songswap.model.session import Night, Timeline

MOST_WAITING = 100
"""In a whole group: more would not be heard in a night."""


def in_session(requests: Requests | None, session_id: str, handed: Handed | None = None) -> Requests:
    """What is wished for in the session: only the settings outlast one; what was handed over waits no more."""
    requests = requests or Requests()
    if requests.session_id != session_id:
        return Requests(session_id, requests.settings)
    return _without_handed(requests, handed.items if handed and handed.session_id == session_id else ())


def _without_handed(requests: Requests, handed: Sequence[HandedRequest]) -> Requests:
    done = {item.request.id: item for item in handed if item.is_sent or item.problem}
    turns = dict(requests.turns)
    for request in requests.waiting:
        if request.id in done and not done[request.id].problem:
            turns[request.by] = max(turns.get(request.by, 0), request.turn)
    return replace(requests, waiting=tuple(one for one in requests.waiting if one.id not in done), turns=turns)


def ask(requests: Requests, group: Group, request: SongRequest, heard: Collection[Track]) -> Requests:
    """The requests with one more, behind everybody else's of the same turn.

    `heard` are the tracks that play now or are with the host's player already. Raises RefusedError.
    """
    _calm(requests, group, request.by, "Calm mode is on: only the host and co-hosts choose songs.")
    own = [one for one in requests.waiting if one.by == request.by]
    if len(own) >= requests.settings.limit_each:
        songs = "song" if len(own) == 1 else "songs"
        raise RefusedError("too_many_requests", f"You have {len(own)} {songs} waiting. Wait until one has played.")
    if len(requests.waiting) >= MOST_WAITING:
        raise RefusedError("too_many_requests", f"{MOST_WAITING} songs are waiting already.")
    if any(same_track(one.track, request.track) for one in requests.waiting):
        raise RefusedError("duplicate_request", f"{request.track.name} is on the list already.")
    if any(same_track(track, request.track) for track in heard):
        raise RefusedError("duplicate_request", f"{request.track.name} plays now, or next.")
    last = max((one.turn for one in own), default=requests.turns.get(request.by, 0))
    present = max(requests.turns.values(), default=1)
    request = replace(request, turn=max(last + 1, present))
    place = bisect_right(requests.waiting, request.turn, key=lambda one: one.turn)
    return replace(requests, waiting=(*requests.waiting[:place], request, *requests.waiting[place:]))


def take_back(requests: Requests, group: Group, by: str, request_id: str) -> Requests:
    """The requests without one: its owner's wish, or a veto of the host or a co-host. Raises RefusedError."""
    request = next((one for one in requests.waiting if one.id == request_id), None)
    if request is None:
        raise RefusedError("no_such_request", "This song is not waiting any more.")
    if request.by != by:
        demand(group, by, "playback")
    return replace(requests, waiting=tuple(one for one in requests.waiting if one is not request))


def reorder(requests: Requests, group: Group, by: str, ids: Sequence[str]) -> Requests:
    """The requests in the order of `ids`, by the host or a co-host. Raises RefusedError.

    The turns stay where they were: who comes later is still fitted in behind them.
    """
    demand(group, by, "playback")
    known = {one.id: one for one in requests.waiting}
    if sorted(known) != sorted(ids):
        raise RefusedError("list_changed", "The list has changed meanwhile. Look again.")
    turns = [one.turn for one in requests.waiting]
    return replace(requests, waiting=tuple(replace(known[i], turn=turn) for i, turn in zip(ids, turns, strict=True)))


def play_of(night: Night | None, now_ms: float) -> str:
    """The name of what plays now: the same song later is another play. Empty while nothing plays."""
    now = present(night, now_ms)
    return f"{night.session_id}.{now.plays}" if night and now and now.track else ""


def present(night: Night | None, now_ms: float) -> Timeline | None:
    """The timeline at `now_ms`."""
    return advance(night.timeline, now_ms) if night and night.timeline else None


def vote(requests: Requests, group: Group, by: str, cast: str, play: str, listeners: Collection[str]) -> Requests:
    """The requests after `by`, one of the `listeners`, voted to skip `cast` while `play` plays. Raises RefusedError."""
    role_of(group, by)
    _calm(requests, group, by, "Calm mode is on: only the host and co-hosts skip.")
    if by not in listeners:
        raise RefusedError("not_listening", "Only those who listen vote.")
    if not play or cast != play:
        raise RefusedError("already_over", "That song is already over.")
    votes = votes_for(requests, play)
    votes = replace(votes, by=votes.by if by in votes.by else (*votes.by, by))
    is_passed = votes.is_passed or counted(votes, listeners) >= needed(len(listeners))
    return replace(requests, votes=replace(votes, is_passed=is_passed))


def votes_for(requests: Requests, play: str) -> Votes:
    """The votes for what plays now; those for another play are gone."""
    return requests.votes if requests.votes.play == play else Votes(play)


def counted(votes: Votes, listeners: Collection[str]) -> int:
    """How many of those who listen now want to skip."""
    return len(set(votes.by).intersection(listeners))


def needed(listeners: int) -> int:
    """Votes that skip: half of the listeners, rounded up."""
    return max(1, -(-listeners // 2))


def coming(handed: Handed) -> HandedRequest | None:
    """The request that is with the host's player and not heard yet."""
    last = next((item for item in reversed(handed.items) if not item.problem), None)
    return last if last is not None and last.heard_in is None else None


def wished_by(handed: Handed, plays: int) -> str | None:
    """Whose request is heard in this play, if it is one."""
    return next((item.request.by for item in handed.items if item.heard_in == plays), None)


def _calm(requests: Requests, group: Group, by: str, message: str) -> None:
    if requests.settings.is_calm and role_of(group, by) == "listener":
        raise RefusedError("calm", message)
