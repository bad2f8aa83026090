import pytest
from hypothesis import given
from hypothesis import strategies as st

from songswap.core.people.seats import SEATS_PER_APP, choose_app, free_seats

APPS = ["first", "second"]


@pytest.mark.parametrize(
    ("taken", "known", "chosen"),
    [
        ([], None, "first"),
        (["first"] * 4, None, "first"),
        (["first"] * 5, None, "second"),
        (["first"] * 5 + ["second"] * 5, None, None),
        (["first"] * 5 + ["second"] * 5, "second", "second"),  # who has a seat keeps it
        ([], "second", "second"),
        ([], "gone", "first"),  # the operator took that app out of the configuration
        (["gone"] * 9, None, "first"),
    ],
)
def test_login_goes_to_the_known_app_else_to_the_first_with_a_seat(
    taken: list[str], known: str | None, chosen: str | None
) -> None:
    assert choose_app(APPS, taken, known) == chosen


@given(st.lists(st.sampled_from([*APPS, "gone"])))
def test_free_seats_are_what_is_left_of_five(taken: list[str]) -> None:
    for app, free in free_seats(APPS, taken).items():
        assert free == max(0, SEATS_PER_APP - taken.count(app))
