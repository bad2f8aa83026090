from msgspec.structs import replace

from songswap.core.insights.sharing import without_group
from songswap.model.sharing import Sharing


def test_who_leaves_a_group_shares_with_it_no_more() -> None:
    both = Sharing(groups=("trio", "other"), everybody=True)
    assert without_group(both, "trio") == replace(both, groups=("other",))
    assert without_group(both, "unknown") == both
