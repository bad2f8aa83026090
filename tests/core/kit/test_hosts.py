"""By which names people reach us, and which pages are our own."""

import pytest

from songswap.core.kit.hosts import Names, is_this_machine, with_local_names

PUBLIC = Names("https://music.example.org", 8770, frozenset({"music.lan"}))
HOME = Names("http://127.0.0.1:8770", 8770, with_local_names(["raspberry", "0.0.0.0"]))
LAN = Names("http://192.168.1.20", 8770)


@pytest.mark.parametrize(
    ("names", "host"),
    [
        (PUBLIC, "music.example.org"),
        (PUBLIC, "MUSIC.example.org."),
        (PUBLIC, "music.example.org:443"),
        (PUBLIC, "127.0.0.1:8770"),
        (PUBLIC, "127.0.0.1"),
        (PUBLIC, "localhost:8770"),
        (PUBLIC, "[::1]:8770"),
        (PUBLIC, "10.0.0.7:8770"),
        (PUBLIC, "music.lan:8770"),
        (HOME, "192.168.1.20:8770"),
        (HOME, "[fe80::1]:8770"),
        (HOME, "raspberry:8770"),
        (HOME, "Raspberry.local:8770"),
        (LAN, "192.168.1.20"),
        (LAN, "192.168.1.20:80"),
        (LAN, "192.168.1.20:8770"),
    ],
)
def test_it_answers_by_its_own_names(names: Names, host: str) -> None:
    assert names.is_ours(host)


@pytest.mark.parametrize("names", [PUBLIC, HOME, LAN])
@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8770",
        "music.example.org.evil.example",
        "evil.example/music.example.org",
        "music.example.org@evil.example",
        "evil.example#music.example.org",
        "127.0.0.1.evil.example:8770",
        "localhost.evil.example:8770",
        "127.0.0.1:9999",
        "192.168.1.20:9999",
        "music.example.org:9999",
        "music.example.org:",
        "music.example.org, evil.example",
        "evil.local:8770",
        "[::1",
    ],
)
def test_it_answers_by_no_other(names: Names, host: str) -> None:
    assert not names.is_ours(host)


@pytest.mark.parametrize(
    ("names", "host", "origin"),
    [
        (PUBLIC, "music.example.org", "https://music.example.org"),
        (PUBLIC, "127.0.0.1:8770", "https://music.example.org"),
        (HOME, "127.0.0.1:8770", "http://127.0.0.1:8770"),
        (HOME, "192.168.1.20:8770", "http://192.168.1.20:8770"),
        (LAN, "192.168.1.20", "http://192.168.1.20"),
    ],
)
def test_its_own_pages_may_change_things(names: Names, host: str, origin: str) -> None:
    assert names.is_ours(host)
    assert names.is_own_page(origin, host)


@pytest.mark.parametrize(
    ("names", "host", "origin"),
    [
        (PUBLIC, "music.example.org", "http://music.example.org"),
        (PUBLIC, "music.example.org:443", "http://music.example.org:443"),
        (PUBLIC, "music.example.org", "https://music.example.org.evil.example"),
        (PUBLIC, "music.example.org", "https://music.example.org:8443"),
        (PUBLIC, "192.168.1.20:8770", "http://192.168.1.20:8770"),
        (PUBLIC, "192.168.1.20:8770", "https://192.168.1.20:8770"),
        (HOME, "192.168.1.20:8770", "http://192.168.1.21:8770"),
        (HOME, "192.168.1.20:8770", "http://192.168.1.20"),
        (HOME, "127.0.0.1:8770", "null"),
        (HOME, "127.0.0.1:8770", ""),
        (HOME, "127.0.0.1:8770", "://"),
        (HOME, "127.0.0.1:8770", "file://127.0.0.1:8770"),
    ],
)
def test_pages_of_another_origin_may_not(names: Names, host: str, origin: str) -> None:
    assert not names.is_own_page(origin, host)


@pytest.mark.parametrize(
    ("host", "is_so"),
    [("127.0.0.1:8770", True), ("localhost", True), ("[::1]:8770", True), ("music.example.org", False), ("", False)],
)
def test_names_by_which_only_this_machine_asks(host: str, is_so: bool) -> None:
    assert is_this_machine(host) is is_so
