"""The apps registered with the simulated Spotify: their redirect addresses and their five seats."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

SEATS = 5


@dataclass
class ClientApp:
    """One app in development mode."""

    client_id: str
    client_secret: str | None
    redirect_uris: list[str]
    allowlist: list[str] | None = None
    """The people with a seat; None gives the seats to the first five who log in."""
    owner_premium: bool = True
    is_old: bool = False
    """Made before 27 November 2024: it still has what Spotify closed to new apps on that day."""
    seats: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for uri in self.redirect_uris:
            if not is_secure(uri):
                raise ValueError(f"Spotify refuses the redirect URI {uri}: https, or http on 127.0.0.1 or [::1]")
        if self.allowlist is not None:
            if len(self.allowlist) > SEATS:
                raise ValueError(f"an app has {SEATS} seats: {len(self.allowlist)} people are too many")
            self.seats = list(self.allowlist)

    def take_seat(self, person_id: str) -> None:
        """Give this person a free seat if seats go by arrival and they have none."""
        if self.allowlist is None and person_id not in self.seats and len(self.seats) < SEATS:
            self.seats.append(person_id)

    def accepts_redirect(self, uri: str) -> bool:
        """Whether `uri` is registered: exactly, or a loopback address registered without a port on any port."""
        return is_secure(uri) and any(uri == known or _same_but_port(uri, known) for known in self.redirect_uris)


def is_secure(uri: str) -> bool:
    """Spotify's rule since 2025: https, or http on a literal loopback address; `localhost` is none."""
    parts = urlsplit(uri)
    if parts.scheme == "https":
        return bool(parts.hostname) and parts.hostname != "localhost"
    return parts.scheme == "http" and _is_loopback(parts)


def _same_but_port(uri: str, known: str) -> bool:
    asked, registered = urlsplit(uri), urlsplit(known)
    if registered.port is not None or not _is_loopback(registered):
        return False
    return (asked.scheme, asked.hostname, asked.path, asked.query) == (
        registered.scheme,
        registered.hostname,
        registered.path,
        registered.query,
    )


def _is_loopback(parts: SplitResult) -> bool:
    try:
        return ipaddress.ip_address(parts.hostname or "") in (
            ipaddress.ip_address("127.0.0.1"),
            ipaddress.ip_address("::1"),
        )
    except ValueError:
        return False
