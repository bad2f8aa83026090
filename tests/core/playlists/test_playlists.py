"""Lists as playlists: pages, what arrived, what is other."""

from hypothesis import given
from hypothesis import strategies as st

from songswap.core.playlists.playlists import PAGE, arrived, change, distinct, pages
from songswap.model.playlists import Entry, ListChange

uris = st.lists(st.sampled_from([f"spotify:track:{letter}" for letter in "abcdefgh"]), max_size=12)
lists = uris.map(lambda some: [Entry(one, one[-1].upper()) for one in dict.fromkeys(some)])


@given(st.integers(0, 350), st.integers(0, 350))
def test_pages_are_whole_and_in_order(count: int, start: int) -> None:
    every = [str(number) for number in range(count)]
    sent = list(pages(every, start))
    assert [uri for page in sent for uri in page] == every[start:]
    assert all(len(page) == PAGE for page in sent[:-1])
    assert all(0 < len(page) <= PAGE for page in sent)


@given(uris, st.data())
def test_what_arrived_is_what_is_there_and_nothing_else(wanted: list[str], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, len(wanted)))
    assert arrived(wanted, wanted[:count]) == count


def test_a_tail_that_is_not_ours_tells_nothing() -> None:
    assert arrived(["a", "b"], ["a", "c"]) is None
    assert arrived(["a"], ["a", "b"]) is None
    assert arrived([], ["x"]) is None
    assert arrived(["a", "b"], []) == 0


@given(uris)
def test_each_track_is_on_a_list_once_where_it_came_first(some: list[str]) -> None:
    entries = [Entry(uri, str(number)) for number, uri in enumerate(some)]
    kept = distinct(entries)
    assert [one.uri for one in kept] == list(dict.fromkeys(some))
    assert all(one == next(other for other in entries if other.uri == one.uri) for one in kept)


@given(lists, lists)
def test_a_change_tells_what_came_what_went_and_what_moved(before: list[Entry], after: list[Entry]) -> None:
    told = change(before, after, 7.0)
    if before == after:
        assert told is None
        return
    assert told is not None
    assert set(told.added) == set(after) - set(before)
    assert set(told.removed) == set(before) - set(after)
    assert bool(told.moved) == ([x for x in before if x in after] != [x for x in after if x in before])


def test_the_same_track_by_another_name_is_no_change() -> None:
    assert change([Entry("a", "Old")], [Entry("a", "New")], 0.0) is None
    assert change([], [Entry("a")], 5.4) == ListChange(5, (Entry("a"),))
