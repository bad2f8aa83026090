"""What a plan consists of: steps as data, each one call to Spotify for the shell to make."""

from dataclasses import dataclass

from songswap.model.nights import SongRequest
from songswap.model.session import Command, Drive


@dataclass(frozen=True)
class LookAtHost:
    """Read the host's player."""

    account: str


@dataclass(frozen=True)
class LookAtQueue:
    """Read what comes next at the host's."""

    account: str


@dataclass(frozen=True)
class DriveHost:
    """Tell the host's own device what was clicked on the page."""

    account: str
    drive: Drive
    device_id: str | None


@dataclass(frozen=True)
class MoveHost:
    """Bring the host's music to the page in which the host wants to listen."""

    account: str
    device_id: str


@dataclass(frozen=True)
class LookAtListener:
    """Read a listener's player to see what became of a command."""

    account: str


@dataclass(frozen=True)
class Tell:
    """Send a command to a listener's device."""

    account: str
    command: Command


@dataclass(frozen=True)
class HandOver:
    """Give a request to the host's player: into its queue, or at once where the music has run out."""

    account: str
    request: SongRequest
    device_id: str | None
    at_once: bool


@dataclass(frozen=True)
class GoOn:
    """Start the fallback playlist on the host's device, whose music has run out."""

    account: str
    context_uri: str
    device_id: str | None


@dataclass(frozen=True)
class Begin:
    """Start what an interval timer is to be filled with, on the device it was set up for."""

    account: str
    run: int
    boundary: int
    context_uri: str | None
    device_id: str | None
    shuffle: bool | None


Step = LookAtHost | LookAtQueue | DriveHost | MoveHost | LookAtListener | Tell | HandOver | GoOn | Begin
