"""The screen for the TV: who may link to it, and which link opens it."""

from msgspec.structs import replace

from songswap.core.kit import secret_links
from songswap.core.people.groups import RIGHTS, demand
from songswap.model.links import SecretLink
from songswap.model.people import Group


def renew_screen(group: Group, by: str, link: SecretLink) -> Group:
    """The group with a new link to its screen; the old one is dead. Raises RefusedError."""
    demand(group, by, "invite")
    return replace(group, screen=link, screen_by=by)


def opens_screen(group: Group, secret: str, now_ms: float) -> bool:
    """Whether `secret` opens the group's screen now: whoever made that link has to look after the group still."""
    maker = group.members.get(group.screen_by)
    return maker is not None and "invite" in RIGHTS[maker.role] and secret_links.opens(group.screen, secret, now_ms)


def put_invite_on_screen(group: Group, by: str, *, is_shown: bool) -> Group:
    """The group whose screen shows the invite as a code, or does not. Raises RefusedError."""
    demand(group, by, "manage")
    return replace(group, has_invite_on_screen=is_shown)
