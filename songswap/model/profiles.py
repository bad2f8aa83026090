"""What people show of themselves, and with whom they have to do."""

from typing import Literal

from songswap.model.links import SecretLink
from songswap.model.struct import Struct

Audience = Literal["me", "groups", "everybody", "link"]
"""Who may see something: its owner; also those in a group with them; also whoever is logged in here; also whoever knows
their link. Each holds all before it."""
Relation = Literal["self", "group", "here", "link", "nobody"]
"""What somebody who looks is to somebody: the same; in a group with them; logged in here; holding their link; none of
these, or one of the two has blocked the other."""
Section = Literal["top", "recent", "now", "streak", "playlists", "posts"]
"""The parts of a profile: top tracks, recently played, playing now, days listened in a row, playlists, posts."""
Picture = Literal["spotify", "own", "none"]


class Profile(Struct, frozen=True):
    """What a person shows to whom; a section is shown to those who may see both it and the profile.

    `name` is empty for the one at Spotify. `picture_id` is that of their own picture. Whoever knows its secret holds
    the `link`.
    """

    name: str = ""
    about: str = ""
    picture: Picture = "spotify"
    picture_id: str = ""
    audience: Audience = "groups"
    sections: dict[Section, Audience] = {}
    link: SecretLink | None = None
    link_secret: str = ""
    """In stores of before, in plain: the next start makes a `link` of it."""


class Circle(Struct, frozen=True):
    """Whom and what a person follows, does not want to hear of, and has blocked: ids of accounts and of groups."""

    follows: tuple[str, ...] = ()
    followed_groups: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()
    muted_groups: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
