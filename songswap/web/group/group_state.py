"""The shapes of what the group page and the API show."""

from typing import Literal

from songswap.core.kit.status_text import MemberStatus
from songswap.core.people.groups import Right
from songswap.model.interval import AtBoundary, AtEnd, TimerState
from songswap.model.music import Track
from songswap.model.nights import RequestSettings
from songswap.model.people import Admission, Role
from songswap.model.struct import Struct
from songswap.web.kit.timed import Timed


class DeviceState(Struct, frozen=True):
    """A device Spotify reports. `reason` says why an unusable one can't be chosen."""

    id: str | None
    name: str
    kind: str
    is_active: bool
    is_chosen: bool
    is_usable: bool
    reason: str
    trim_ms: int


class DevicesState(Struct, frozen=True):
    """The devices as Spotify reported them at `at_ms`; `is_looking` while newer ones are asked for."""

    items: tuple[DeviceState, ...]
    chosen_id: str | None
    chosen_name: str
    at_ms: float | None
    is_looking: bool
    follows_volume: bool
    """Whether my device is to be as loud as the host's."""


class TrimState(Struct, frozen=True):
    """By how much my device plays earlier than the timeline says, because I hear it late (negative: later)."""

    device_id: str
    device_name: str
    trim_ms: int


class TabState(Struct, frozen=True):
    """The page in which I listen: its own id, what its player is called, and whether it was heard of lately."""

    tab: str
    device_name: str
    is_here: bool


class Elsewhere(Struct, frozen=True):
    """Another group, in whose running session the person listens."""

    group: str
    name: str


class MeState(Struct, frozen=True):
    """The one who asks: what they may do, where they listen, on what."""

    account: str
    role: Role
    rights: tuple[Right, ...]
    is_listening: bool
    elsewhere: Elsewhere | None
    devices: DevicesState
    trim: TrimState | None
    tab: TabState | None = None


class MemberState(Struct, frozen=True):
    """Somebody in the group. `until_ms` is when the status ends by itself, `error` the last thing that went wrong."""

    account: str
    name: str
    image_url: str | None
    role: Role
    is_listening: bool
    status: MemberStatus
    status_words: str
    hint: str
    skew_ms: float | None
    until_ms: float | None
    error: str
    device_name: str
    handle: str = ""


class SessionState(Struct, frozen=True):
    """Whether a session runs, and since when; for how long and how precisely it shall; who leads it.

    `precision_s` is the shortest time between two looks at the leader's player that is wanted (None: everything is done
    on the page), `interval_s` what the worker can afford. `leader_words` are empty where the host leads, as usual.
    """

    state: Literal["running", "stopped"]
    id: str
    since_ms: float
    hours: float
    precision_s: float | None
    interval_s: float | None
    leader: str
    leader_words: str
    may_take_lead: bool


class Choice(Struct, frozen=True):
    """A precision, and how long the calls last with it."""

    precision_s: float | None
    enough_for_h: float


class CallsState(Struct, frozen=True):
    """Calls left of the day's allowance, rounded down to tens, and how long they last at the session's precision."""

    left: int
    enough_for_h: float
    choices: tuple[Choice, ...]


class PlaybackState(Struct, frozen=True):
    """What everybody should hear: `track` was at `position_ms` at `at_ms`, and moves on while playing."""

    rev: int
    track: Track | None
    is_playing: bool
    position_ms: float
    at_ms: float
    upcoming: tuple[Track, ...]


class TonightListener(Struct, frozen=True):
    """How well somebody is kept in time: the latest verified skews, the oldest first; ahead is positive."""

    account: str
    name: str
    skews_ms: tuple[float, ...]
    corrections: int


class TonightState(Struct, frozen=True):
    """What the present session, or the last, adds up to. Half of all verified skews are within p50, 95 % within p95."""

    id: str
    started_at_ms: float
    tracks: int
    skew_p50_ms: float | None
    skew_p95_ms: float | None
    corrections: int
    calls_spent: int
    listeners: tuple[TonightListener, ...]


class RequestState(Struct, frozen=True):
    """A song somebody wishes for. `may_remove`: it is mine, or I may veto it."""

    id: str
    by: str
    name: str
    track: Track
    may_remove: bool


class VotesState(Struct, frozen=True):
    """Votes to skip `play`, what plays now: `count` of the `needed`; `is_mine` if I voted."""

    play: str
    count: int
    needed: int
    is_mine: bool
    is_passed: bool


class RequestsState(Struct, frozen=True):
    """What waits, in its order; what comes next for certain; who wished for what plays; what could not be played."""

    settings: RequestSettings
    waiting: tuple[RequestState, ...]
    coming: RequestState | None
    wished_by: str
    problem: str
    votes: VotesState | None


class PhaseState(Struct, frozen=True):
    """A stretch of time with a name."""

    name: str
    length_s: float


class IntervalState(Timed, frozen=True):
    """An interval timer at the server's time `now_ms`; `state` is `none` where none is set up.

    `phase` counts from 0 within its `round`, rounds from 1. All of it follows from `started_at_ms`, which paused time
    moves forward; `next_at_ms` is when the phase ends, if the timer runs. `playback` is what it acts on; `problem` says
    what is in the way of that, `hint` what to do. `in_session`: it moves everybody in the group's session.
    """

    state: TimerState
    phases: tuple[PhaseState, ...]
    repeat: int | None
    rounds: int
    round: int
    phase: int
    phase_name: str
    next_name: str
    started_at_ms: float | None
    paused_at_ms: float | None
    next_at_ms: float | None
    context_uri: str | None
    device_id: str | None
    device_name: str
    shuffle: bool | None
    at_boundary: AtBoundary
    at_end: AtEnd
    by_name: str
    may_control: bool
    in_session: bool
    playback: PlaybackState | None
    problem: str
    hint: str
    until_ms: float | None
    is_worker_alive: bool


class PartyPerson(Struct, frozen=True):
    """Somebody in the game; `account` is empty for the machine."""

    account: str
    name: str
    image_url: str | None


class PartyGuessState(Struct, frozen=True):
    """What somebody guessed, and what it brought them."""

    by: PartyPerson
    whose: PartyPerson
    points: int


class PartyAnswer(Struct, frozen=True):
    """Whose the song is; what the machine said, and how likely it thought that; what everybody guessed."""

    whose: PartyPerson
    machine: PartyPerson
    machine_chance: float
    guesses: tuple[PartyGuessState, ...]
    hidden_points: int
    """What it brought whose song it is."""


class PartyRow(Struct, frozen=True):
    """A row of the table."""

    person: PartyPerson
    points: int
    right: int
    place: int


class PartyState(Struct, frozen=True):
    """The game of a session, as one person sees it: “Whose song is it?”

    `ready`: the next song can be started. `guessing` until `ends_at_ms`; `is_mine`: the song is my own. `revealed`: the
    round's `answer` is there. `guessed` is how many have guessed.
    """

    id: str
    state: Literal["ready", "guessing", "revealed", "over"]
    round: int
    rounds: int
    seconds: int
    ends_at_ms: float | None
    people: tuple[PartyPerson, ...]
    title: str
    artist: str
    guessed: int
    my_guess: str
    is_mine: bool
    answer: PartyAnswer | None
    table: tuple[PartyRow, ...]


class AskingState(Struct, frozen=True):
    """Somebody who asks to get into a group, or was removed from it, since then."""

    account: str
    name: str
    image_url: str | None
    at_ms: float


class GroupState(Timed, frozen=True):
    """A group at the server's time `now_ms`, as one of its members sees it."""

    id: str
    name: str
    me: MeState
    members: tuple[MemberState, ...]
    session: SessionState
    playback: PlaybackState | None
    notice: str
    is_worker_alive: bool
    calls: CallsState | None
    invite_url: str | None
    invite_expires_at_ms: float | None
    screen_url: str | None = None
    screen_expires_at_ms: float | None = None
    has_invite_on_screen: bool = False
    tonight: TonightState | None = None
    requests: RequestsState | None = None
    interval: IntervalState | None = None
    description: str = ""
    picture_url: str | None = None
    is_listed: bool = False
    admission: Admission = "invite"
    asking: tuple[AskingState, ...] = ()
    """Who asks to get in, for those who may let them in; the first first."""
    removed: tuple[AskingState, ...] = ()
    """Who was removed, when, for the host; they get in again only when they are let."""
    party: PartyState | None = None
