from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from songswap.core.groups import found, join
from songswap.core.sharing import may_see, opens_link, seen_by_everybody, seen_in_group, without_group
from songswap.model import Group, Sharing

NOBODY = Sharing()
EVERYBODY = Sharing(everybody=True)
TRIO = Sharing(groups=("trio",))


def trio() -> Group:
    group = found("trio", "Trio", "ada", "secret", 0.0)
    for one in ("bob", "eve"):
        group = join(group, one, "secret", 1.0)
    return group


@pytest.mark.parametrize(
    ("reader", "sharing", "common_groups", "seen"),
    [
        ("ada", NOBODY, (), True),
        ("bob", NOBODY, ("trio",), False),
        ("bob", TRIO, ("trio", "other"), True),
        ("bob", TRIO, ("other",), False),
        ("bob", TRIO, (), False),
        ("bob", EVERYBODY, (), True),
        ("bob", Sharing(link_secret="known to few"), ("trio",), False),
    ],
)
def test_others_see_what_was_shared_with_them(
    reader: str, sharing: Sharing, common_groups: tuple[str, ...], seen: bool
) -> None:
    assert may_see(reader, "ada", sharing, common_groups) is seen


@pytest.mark.parametrize(
    ("sharings", "of_group", "of_everybody"),
    [
        ({}, ("bob",), ("bob",)),
        ({"ada": TRIO, "eve": NOBODY}, ("ada", "bob"), ("bob",)),
        ({"eve": EVERYBODY, "ada": Sharing(groups=("other",))}, ("bob", "eve"), ("bob", "eve")),
        ({"zoe": EVERYBODY, "bob": NOBODY}, ("bob",), ("bob", "zoe")),
        ({"zoe": TRIO}, ("bob",), ("bob",)),
    ],
)
def test_figures_of_many_use_those_who_agreed_and_the_reader(
    sharings: Mapping[str, Sharing], of_group: tuple[str, ...], of_everybody: tuple[str, ...]
) -> None:
    assert seen_in_group("bob", trio(), sharings) == of_group
    assert seen_by_everybody("bob", sharings) == of_everybody


people = st.sampled_from(["ada", "bob", "eve", "zoe"])
sharing = st.builds(
    Sharing, groups=st.lists(st.sampled_from(["trio", "other"]), unique=True).map(tuple), everybody=st.booleans()
)


@given(reader=people, sharings=st.dictionaries(people, sharing))
def test_nobody_is_in_the_figures_of_many_whom_the_reader_may_not_see_alone(
    reader: str, sharings: dict[str, Sharing]
) -> None:
    for one in seen_by_everybody(reader, sharings):
        assert may_see(reader, one, sharings.get(one, NOBODY), ())
    if reader in trio().members:
        for one in seen_in_group(reader, trio(), sharings):
            assert may_see(reader, one, sharings.get(one, NOBODY), ("trio",))
            assert one in trio().members


@pytest.mark.parametrize(
    ("known", "given", "opens"),
    [("abc", "abc", True), ("abc", "abd", False), ("abc", "", False), ("", "", False), ("abc", "äöü", False)],
)
def test_link_opens_with_its_secret_only(known: str, given: str, opens: bool) -> None:
    assert opens_link(Sharing(link_secret=known), given) is opens


def test_who_leaves_a_group_shares_with_it_no_more() -> None:
    both = Sharing(groups=("trio", "other"), everybody=True)
    assert without_group(both, "trio") == replace(both, groups=("other",))
    assert without_group(both, "unknown") == both
