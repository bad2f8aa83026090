"""Which groups are found by others, and who gets in how."""

from songswap.model import Group


def reads_posts(group: Group, account: str) -> bool:
    """Whether a group's posts are for `account`: members alone."""
    return account in group.members
