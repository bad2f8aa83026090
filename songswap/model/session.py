"""A running session: the timeline, who listens, what they are told. Times are UTC epoch milliseconds."""

from typing import Literal

from songswap.model.music import Device, PlayerCommand, Track
from songswap.model.struct import Struct
from songswap.model.tabs import Here

Change = Literal["track", "seek", "paused", "resumed"]

ListenerStatus = Literal[
    "waiting",  # nothing to follow yet
    "catching_up",
    "in_sync",
    "stepped_out",
    "no_device",
    "restricted",  # the device takes no commands
    "not_premium",
    "needs_login",
    "no_seat",  # not registered with the operator's app
    "limited",  # waits for Spotify's limit
    "trouble",  # anything else; the message says what
]


class Timeline(Struct, frozen=True):
    """What everybody in a session should hear: `track` at `position_ms` when it was `at_ms`, moving on while playing.

    `rev` grows with every change that is not just the passing of time; a command made for an older `rev` never wins.
    """

    rev: int
    track: Track | None
    position_ms: float
    at_ms: float
    is_playing: bool
    change: Change = "track"
    """What made this revision."""
    upcoming: tuple[Track, ...] = ()
    context_uri: str | None = None
    plays: int = 1
    """Tracks played so far, this one included: the same song later is another play."""

    def position_at(self, now_ms: float) -> float:
        """Position in ms at `now_ms`, not held back at the track's end; an `at_ms` ahead of us is a start to come."""
        return self.position_ms + (max(0.0, now_ms - self.at_ms) if self.is_playing else 0.0)

    @property
    def ends_at_ms(self) -> float | None:
        """When the track ends; None when it does not, or nobody knows."""
        if not self.is_playing or self.track is None or not self.track.duration_ms:
            return None
        return self.at_ms + self.track.duration_ms - self.position_ms


class Failure(Struct, frozen=True):
    """Why a call did not do what it should: what that makes of the person's status, in words, and until when."""

    status: ListenerStatus
    message: str
    until_ms: float | None = None
    is_restriction: bool = False
    """Spotify's "restriction violated": mostly the device is in the wanted state already."""


class Command(Struct, frozen=True):
    """One thing to tell one listener's device, made for revision `rev` of the timeline.

    Sent so that it takes effect at `effect_at_ms`, `latency_ms` after it left; the device is at `position_ms` then.
    """

    account: str
    kind: PlayerCommand
    rev: int
    device_id: str
    effect_at_ms: float
    latency_ms: float
    position_ms: float = 0.0
    uris: tuple[str, ...] = ()
    plays: int = 0
    """The timeline's count of plays at the first of `uris`."""
    trim_ms: int = 0
    """The listener's trim that `position_ms` takes into account."""
    is_here: bool = False
    """Told to the page in which the player is, not to Spotify."""


class Latency(Struct, frozen=True):
    """From command to sound: the latest verifications, oldest first."""

    recent_ms: tuple[float, ...] = ()


class Listener(Struct, frozen=True):
    """What the worker knows of one person who listens in a running session."""

    account: str
    join_rev: int = 0
    consent_id: str = ""
    device_id: str | None = None
    device_name: str = ""
    status: ListenerStatus = "waiting"
    message: str = ""
    until_ms: float | None = None
    skew_ms: float | None = None
    told_rev: int = -1
    """Revision of the timeline that the last accepted command served."""
    held_uris: tuple[str, ...] = ()
    """What the device was given to play, one after the other."""
    held_plays: int = 0
    """The timeline's count of plays at the first of them: the same track may be held more than once."""
    is_playing: bool = False
    needs: PlayerCommand | None = None
    """A command beyond what a new revision asks for: a correction, or a start that did not happen."""
    command: Command | None = None
    """The last accepted command, until a reading has shown what became of it."""
    look_at_ms: float | None = None
    unverified_ms: float = 0.0
    """The usual errors of the commands since somebody was last looked at, added up."""
    retry_at_ms: float = 0.0
    failures: int = 0
    misses: int = 0
    """Readings in a row that showed something else than what was asked for."""
    corrections: int = 0
    corrected_uri: str = ""
    trim_ms: int = 0
    """So much earlier than the timeline says it has to play, for it is heard late by what no reading shows."""
    goes_on: bool | None = None
    """Whether the device goes on to the next track it holds by itself; None until that was seen."""
    here: Here | None = None
    """Set while the device is a player in a page that was heard of lately."""
    follows_volume: bool = False
    has_volume: bool = False
    """Whether the device is known to have a volume that can be set."""
    volume_percent: int | None = None
    """The last volume it was told."""


class Action(Struct, frozen=True):
    """A click on the group page, to be carried out once."""

    rev: int
    by: str
    action: PlayerCommand
    at_ms: float
    position_ms: int | None = None
    uri: str | None = None


class Drive(Struct, frozen=True):
    """A click on the page that the host's own device still has to be told; it leaves at `send_at_ms`."""

    action: PlayerCommand
    send_at_ms: float
    latency_ms: float
    position_ms: int | None = None
    uri: str | None = None
    is_retry: bool = False
    is_doubted: bool = False
    """A reading has contradicted it: if the next one does too, the host's device did not obey."""
    boundary: int | None = None
    """The boundary of the interval timer that asked for it; None: somebody clicked."""
    run: int = 0
    """Of which start of the timer."""
    is_here: bool = False
    """Told to the page in which the host listens, not to Spotify."""


class Pace(Struct, frozen=True):
    """How often a session asks Spotify."""

    interval_s: float | None = 5.0
    """Between two looks at the host's player; None: only after clicks and at the ends of tracks."""
    quick_looks: int = 2
    """Looks soon after something happened."""
    unverified_ms: float = 0.0
    """A command is verified once the usual errors of those since the last look add up to this; 0: every command."""
    tolerance_ms: float = 300.0
    """A listener off by less is left alone: tighter corrections cost audible jumps."""
    idle_look_s: float = 240.0
    """After so long somebody who was told nothing is looked at."""
    quiet_s: float = 600.0
    """Without an interval: a track's end so long after the last look is looked at."""
    queue_lead_s: float | None = 15.0
    """So long before a track's end the queue is read again; None: only when what follows is not known."""


LeadReason = Literal["host", "silent", "logged_out", "chosen"]


class Lead(Struct, frozen=True):
    """Whose player is read, if not the host's: a co-host's (`account`), and why.

    `rev` is that of the last wish to change it. `silent_since_ms`: since when nothing plays at whoever leads now.
    """

    account: str = ""
    why: LeadReason = "host"
    rev: int = 0
    silent_since_ms: float | None = None
    heirs: tuple[str, ...] = ()
    """Who else may lead, the first before the others."""
    former: Listener | None = None
    """Who led until now, as the listener they are from here on: their device plays what everybody hears."""


class Move(Struct, frozen=True):
    """The host's music has to come to the device of the page they listen in: asked for at `at_ms`, unless refused.

    Until `until_ms` what is seen of the host is that move, not what the host wants.
    """

    device_id: str
    at_ms: float
    until_ms: float
    is_asked: bool = False


class Night(Struct, frozen=True):
    """A running session as the worker sees it; from this document it goes on after a restart.

    What is called `host_…` here is about whoever leads at the moment.
    """

    session_id: str
    host: str
    lead: Lead = Lead()
    pace: Pace = Pace()
    timeline: Timeline | None = None
    listeners: dict[str, Listener] = {}
    host_status: ListenerStatus = "waiting"
    host_message: str = ""
    host_until_ms: float | None = None
    host_device: Device | None = None
    host_choice: str | None = None
    """Id of the device the host wants to listen on, for when none is active."""
    handled_action: int = 0
    notice: str = ""
    """What about the host's music can't be shared, in words."""
    click_error: str = ""
    """Why the last click was not carried out, in words."""
    look_at_ms: float = 0.0
    """When to read the host's player next."""
    quick_looks: int = 0
    queue_at_ms: float | None = None
    """When to read the host's queue next."""
    hush_until_ms: float = 0.0
    """Until then readings of the host may still show the state before our own command."""
    drives: tuple[Drive, ...] = ()
    driven: Drive | None = None
    """The last click the host's device accepted, until a reading has shown what became of it."""
    round_trips_ms: tuple[float, ...] = ()
    failures: int = 0
    host_here: Here | None = None
    """Set while the host listens in a page that was heard of lately."""
    move: Move | None = None
    """The host's music on its way to the page in which the host wants to listen."""
    moved_to: str = ""
    """Id of the last device it was brought to: once is enough, for it may have been taken away on purpose."""

    @property
    def leader(self) -> str:
        """Whose player everybody follows: the host's, unless a co-host has taken over."""
        return self.lead.account or self.host
