"""What a plan consists of: steps as data, each one call to Spotify for the shell to make."""

from dataclasses import dataclass

from songswap.model import Command, Drive


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
class LookAtListener:
    """Read a listener's player to see what became of a command."""

    account: str


@dataclass(frozen=True)
class Tell:
    """Send a command to a listener's device."""

    account: str
    command: Command


Step = LookAtHost | LookAtQueue | DriveHost | LookAtListener | Tell
