"""What people wish for in a night, what became of it, and what is told of it: types that the core reasons with."""

from typing import Literal

from songswap.model.music import Track
from songswap.model.struct import Struct

HappeningKind = Literal[
    "started",
    "ended",
    "host",
    "joined",
    "stepped_out",
    "track",
    "resumed",
    "requested",
    "click",
    "skew",
    "correction",
    "calls",
]


class RequestSettings(Struct, frozen=True):
    """How a group takes requests; they outlast a session.

    `is_calm`: only the host and co-hosts request and vote. `limit_each`: songs a person may have waiting.
    `fallback_uri`: the host's playlist that goes on when everything has ended.
    """

    is_calm: bool = False
    limit_each: int = 3
    fallback_uri: str | None = None
    fallback_name: str = ""


class SongRequest(Struct, frozen=True):
    """A song somebody wished for; `turn` is the round in which the person comes to their turn."""

    id: str
    by: str
    track: Track
    at_ms: float
    turn: int = 1


class Votes(Struct, frozen=True):
    """Who wants to skip one play of a track; `is_passed` once the skip was asked for."""

    play: str = ""
    by: tuple[str, ...] = ()
    is_passed: bool = False


class Requests(Struct, frozen=True):
    """What people wish to hear in the session `session_id`, in the order it will be played; `turns` are those had."""

    session_id: str = ""
    settings: RequestSettings = RequestSettings()
    waiting: tuple[SongRequest, ...] = ()
    turns: dict[str, int] = {}
    votes: Votes = Votes()


class HandedRequest(Struct, frozen=True):
    """A request the worker gives to the host's player during play `given_in`; heard in `heard_in`, if it was.

    `is_sent` once the player accepted it, or may have; `problem` says why it will not be heard.
    """

    request: SongRequest
    given_in: int
    is_sent: bool = False
    heard_in: int | None = None
    problem: str = ""


class Handed(Struct, frozen=True):
    """What the worker gave to the host's player in the session `session_id`: noted before it is sent, so only once.

    `ended_rev` is the revision of the timeline with which the host's music ran out, `fallback_rev` the one for which
    the fallback playlist was started.
    """

    session_id: str = ""
    items: tuple[HandedRequest, ...] = ()
    ended_rev: int = -1
    fallback_rev: int = -1
    fallback_problem: str = ""
    retry_at_ms: float = 0.0


class Happening(Struct, frozen=True, omit_defaults=True):
    """A row of a night's diary: something that happened at `at_ms`, to `account` or by it.

    `host`: somebody else sets the pace. `track` begins play number `play`; `resumed` goes on after a pause; `requested`
    tells whose request a play was. `calls`: all calls to Spotify since the start, by family.
    """

    kind: HappeningKind
    at_ms: float
    account: str | None = None
    track: Track | None = None
    play: int | None = None
    skew_ms: float | None = None
    action: str | None = None
    calls: dict[str, int] = {}
