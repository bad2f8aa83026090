import pytest
from msgspec.structs import replace

from songswap.core.sharing import opens_link, without_group
from songswap.model import Sharing


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
