"""What the address a request comes from tells: whether it is near, and which network it belongs to."""

import ipaddress
from typing import Final

IPV6_NETWORK: Final = 64
"""Bits of an IPv6 address that are a network's; one household has all that follow [RFC 6177]."""


def is_near(address: str) -> bool:
    """Whether `address` can't be reached from the internet: this machine, or a private network.

    What is no IP address is a socket on this machine.
    """
    ip = _ip(address)
    return ip is None or not ip.is_global


def network_of(address: str) -> str:
    """Which household `address` belongs to, for counting what comes from there."""
    ip = _ip(address)
    if ip is None or ip.version == 4:
        return address if ip is None else str(ip)
    return str(ipaddress.ip_network((ip, IPV6_NETWORK), strict=False))


def _ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return mapped or ip
