"""Where a request comes from: what the network says, or what a proxy says that is trusted."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from songswap.core.kit.addresses import is_near, network_of

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

FORWARDED: Final = "x-forwarded-for"
SIGNS: Final = frozenset({FORWARDED, "forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "via"})
"""Headers by which a proxy says that somebody else asks."""
ITSELF: Final = "this machine"
NOWHERE: Final = "nowhere"


@dataclass(frozen=True)
class Caller:
    """Who asks: `key` is the network to count by.

    `is_here`: this very machine, with no proxy between; `is_near`: it, or a private network; `is_proxy`: a trusted one
    that does not say for whom it asks, which may be everybody.
    """

    key: str
    is_near: bool
    is_here: bool
    is_proxy: bool


def caller_of(peer: str | None, headers: Iterable[tuple[str, str]], trusted: Iterable[Network]) -> Caller:
    """Who asks, if the network says `peer` (None: a file of this machine) and the `headers` (names in lower case) came.

    Of the addresses that were forwarded, the last counts that no trusted proxy has: those before it may be invented.
    """
    trusted, named = tuple(trusted), [(name, text) for name, text in headers if name in SIGNS]
    address = parse(peer) if peer else None
    is_trusted = peer is None or trusts(address, trusted)
    is_here = not named and (peer is None or bool(address and address.is_loopback))
    said = [one.strip() for name, text in named if name == FORWARDED for one in text.split(",")]
    if not is_trusted or not said:
        near = not named and (peer is None or _is_near(address))
        return Caller(key_of(address) if peer else ITSELF, near, is_here, is_trusted and not named)
    for one in reversed(said):
        address = parse(one)
        if address is None or not trusts(address, trusted):
            break
    return Caller(key_of(address), _is_near(address), is_here=False, is_proxy=False)


def parse(text: str) -> Address | None:
    """The address that `text` is, perhaps with a port; None for anything else."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def trusts(address: Address | None, trusted: Iterable[Network]) -> bool:
    """Whether `address` is in one of the `trusted` networks."""
    return address is not None and any(address in network for network in trusted)


def key_of(address: Address | None) -> str:
    """What requests from `address` are counted by."""
    return NOWHERE if address is None else network_of(str(address))


def _is_near(address: Address | None) -> bool:
    return address is not None and is_near(str(address))
