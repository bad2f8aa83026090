"""By which names a server is known: a request that names another is somebody's trick, or a name nobody told us."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from songswap.core.kit.callers import parse

HOST: Final = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?")
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Names:
    """The address people know (`public_url`), the port that is listened on, and further names in people's networks."""

    public_url: str
    port: int
    further: frozenset[str] = frozenset()

    def is_ours(self, host: str) -> bool:
        """Whether a request may name `host` (NAME or NAME:PORT).

        A bare address is as good as a name: it is what people without a name type, and no name that somebody else owns
        leads here by it (DNS rebinding). This machine's own name may come without its port, by whoever passes it on.
        """
        named = _split(host)
        if named is None:
            return False
        name, port = named
        public = urlsplit(self.public_url)
        if name == public.hostname:
            return port in {_port_of(self.public_url), DEFAULT_PORTS.get(public.scheme), None, self.port}
        address = parse(name)
        if name == "localhost" or (address and address.is_loopback):
            return port in {None, self.port, _port_of(self.public_url)}
        return (address is not None or name in self.further) and port in {self.port, _port_of(self.public_url)}

    def is_own_page(self, origin: str, host: str) -> bool:
        """Whether a page of `origin` (SCHEME://HOST) is ours, if it asks under the name `host`.

        Where people come by https, no other page is: on its way anybody could have written it.
        """
        asked, public = _place_of(origin), _place_of(self.public_url)
        ours = {public} if self.public_url.startswith("https:") else {public, _place_of(f"http://{host}")}
        return asked is not None and asked in ours


def is_this_machine(host: str) -> bool:
    """Whether `host` is a name by which only this machine itself asks."""
    named = _split(host)
    address = parse(named[0]) if named else None
    return bool(named and named[0] == "localhost") or bool(address and address.is_loopback)


def with_local_names(names: Iterable[str]) -> frozenset[str]:
    """Each of the names, and as it is called without a name server (NAME.local)."""
    plain = {name.lower().rstrip(".") for name in names if name}
    return frozenset(plain | {f"{name.partition('.')[0]}.local" for name in plain})


def _split(host: str) -> tuple[str, int | None] | None:
    found = HOST.fullmatch(host)
    if found is None:
        return None
    return found["name"].lower().strip("[]").rstrip("."), int(found["port"]) if found["port"] else None


def _place_of(origin: str) -> tuple[str, str, int | None] | None:
    """Scheme, name and port of an origin; None for what is none."""
    scheme, _, host = origin.lower().partition("://")
    named = _split(host)
    if named is None or scheme not in DEFAULT_PORTS:
        return None
    return scheme, named[0], named[1] or DEFAULT_PORTS[scheme]


def _port_of(url: str) -> int | None:
    parts = urlsplit(url)
    return parts.port or DEFAULT_PORTS.get(parts.scheme)
