import pytest

from songswap.core.kit.addresses import is_near, network_of


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.20", True),
        ("10.0.0.1", True),
        ("172.16.3.4", True),
        ("169.254.1.1", True),
        ("fe80::1", True),
        ("fd12:3456::1", True),
        ("100.64.0.1", True),  # a carrier's or a tunnel's own network [RFC 6598]
        ("::ffff:192.168.1.20", True),
        ("<local>", True),  # a socket of this machine
        ("8.8.8.8", False),
        ("::ffff:8.8.8.8", False),
        ("2a00:1450:4001::1", False),
    ],
)
def test_near_is_what_the_internet_cannot_reach(address: str, near: bool) -> None:
    assert is_near(address) is near


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("2a00:1450:4001:81b::200e", "2a00:1450:4001:81b::/64"),
        ("<local>", "<local>"),
    ],
)
def test_a_household_counts_as_one_network(address: str, network: str) -> None:
    assert network_of(address) == network
