from hypothesis import given
from hypothesis import strategies as st

from songswap.model.posts import Place
from songswap.web.kit.broadcast import MOST_WAITING, REPLAYED, Event, Hub

CHAT = Place("chat", "g1")
OTHER = Place("chat", "g2")


def event(n: int, place: Place = CHAT) -> Event:
    return Event(place, n, "post", b"{}")


def nothing() -> None:
    pass


def test_pages_hear_of_their_place_in_order_and_of_no_other() -> None:
    hub, woken = Hub(), []
    with hub.join(CHAT, "ada", lambda: woken.append(1)) as page, hub.join(None, "ben", nothing) as home:
        hub.publish(event(1))
        hub.publish(event(2, OTHER))
        hub.publish(event(3))
        assert [one.n for one in page.take()] == [1, 3]
        assert page.take() == []
        assert [one.n for one in home.take()] == [1, 2, 3]
    assert len(woken) == 2


def test_what_is_of_the_moment_is_not_remembered_nor_told_everywhere() -> None:
    hub = Hub()
    with hub.join(CHAT, "ada", nothing) as page, hub.join(None, "ben", nothing) as home:
        hub.publish(event(0))
        assert len(page.take()) == 1
        assert home.take() == []
    assert hub.missed(CHAT, hub.epoch, 0) == []


def test_who_is_here_is_known_once_each() -> None:
    hub = Hub()
    with hub.join(CHAT, "ben", nothing), hub.join(CHAT, "ada", nothing), hub.join(CHAT, "ada", nothing):
        assert hub.here(CHAT) == ("ada", "ben")
    assert hub.here(CHAT) == ()


def test_a_page_that_takes_too_long_has_to_begin_anew() -> None:
    hub = Hub()
    with hub.join(CHAT, "ada", nothing) as page:
        for n in range(1, MOST_WAITING + 2):
            hub.publish(event(n))
        assert page.is_behind


@given(st.integers(0, 2 * REPLAYED), st.integers(0, 2 * REPLAYED))
def test_a_page_cut_off_is_told_exactly_what_it_missed_or_that_it_is_unknown(written: int, seen: int) -> None:
    hub = Hub()
    for n in range(1, written + 1):
        hub.publish(event(n), before=n - 1)
    missed = hub.missed(CHAT, hub.epoch, min(seen, written))
    if written - min(seen, written) > REPLAYED:
        assert missed is None
    else:
        assert missed is not None
        assert [one.n for one in missed] == list(range(min(seen, written) + 1, written + 1))


def test_what_was_seen_before_the_server_began_can_not_be_continued() -> None:
    hub = Hub()
    hub.publish(event(9), before=7)
    assert hub.missed(CHAT, "another", 8) is None
    assert hub.missed(CHAT, hub.epoch, 6) is None
    assert [one.n for one in hub.missed(CHAT, hub.epoch, 7) or ()] == [9]
