"""Whose request it is: nobody outside can choose, and a proxy on this machine makes nobody this machine."""

from ipaddress import ip_network

import pytest

from songswap.core.kit.callers import ITSELF, Caller, caller_of

LOOPBACK = (ip_network("127.0.0.1"), ip_network("::1"))
COMPOSE = (ip_network("172.18.0.0/16"),)
XFF = "x-forwarded-for"


@pytest.mark.parametrize(
    ("peer", "said", "key"),
    [
        ("203.0.113.5", [], "203.0.113.5"),
        ("::ffff:203.0.113.5", [], "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("203.0.113.5", ["198.51.100.7"], "203.0.113.5"),
        ("127.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["198.51.100.7:4711"], "198.51.100.7"),
        ("127.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::/64"),
        ("127.0.0.1", ["10.0.0.1, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["127.0.0.1, 198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["10.0.0.1", "198.51.100.7"], "198.51.100.7"),
        ("127.0.0.1", ["198.51.100.7, 127.0.0.1"], "198.51.100.7"),
        ("127.0.0.1", ["unknown"], "nowhere"),
        ("127.0.0.1", ["198.51.100.7, <script>"], "nowhere"),
        (None, [], ITSELF),
    ],
)
def test_the_last_address_counts_that_no_trusted_proxy_has(peer: str | None, said: list[str], key: str) -> None:
    assert caller_of(peer, [(XFF, one) for one in said], LOOPBACK).key == key


@pytest.mark.parametrize("sign", [XFF, "forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "via"])
@pytest.mark.parametrize("trusted", [(), LOOPBACK, COMPOSE])
def test_whatever_a_proxy_passes_on_does_not_come_from_here(sign: str, trusted: tuple[object, ...]) -> None:
    for said in ("127.0.0.1", "::1", "", "198.51.100.7", "for=127.0.0.1"):
        assert not caller_of("127.0.0.1", [(sign, said)], trusted).is_here  # type: ignore[arg-type]


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"])
def test_this_machine_asks_for_itself(peer: str) -> None:
    assert caller_of(peer, [("accept", "*/*")], ()).is_here


def test_a_trusted_proxy_that_names_nobody_is_known_as_such() -> None:
    assert caller_of("172.18.0.3", [], COMPOSE) == Caller("172.18.0.3", is_near=True, is_here=False, is_proxy=True)
    assert not caller_of("172.18.0.3", [(XFF, "198.51.100.7")], COMPOSE).is_proxy
    assert not caller_of("198.51.100.7", [], COMPOSE).is_proxy


@pytest.mark.parametrize(
    ("peer", "headers", "near"),
    [
        (None, [], True),
        ("127.0.0.1", [], True),
        ("192.168.1.7", [], True),
        ("8.8.8.8", [], False),
        ("127.0.0.1", [(XFF, "192.168.1.7")], True),
        ("127.0.0.1", [(XFF, "192.168.1.7, 8.8.8.8")], False),
        ("127.0.0.1", [(XFF, "unknown")], False),
        ("127.0.0.1", [("forwarded", "for=192.168.1.7")], False),
        ("192.168.1.7", [(XFF, "192.168.1.8")], False),
    ],
)
def test_near_is_who_is_known_to_be(peer: str | None, headers: list[tuple[str, str]], near: bool) -> None:
    assert caller_of(peer, headers, LOOPBACK).is_near is near
