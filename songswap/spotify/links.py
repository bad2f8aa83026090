"""How Spotify writes what it has: URIs, the addresses of its pages, and where its pictures come from.

No other module of the program spells these, but for those that read the files of others.
"""

import re
from typing import Final, Literal, cast

from songswap.model.struct import Struct

LinkKind = Literal["track", "album", "artist", "playlist"]

PAGES: Final = "https://open.spotify.com"
"""Where Spotify's pages are, and its own small player."""
COVER_HOSTS: Final = ("https://i.scdn.co", "https://*.spotifycdn.com", "https://mosaic.scdn.co")
"""Where Spotify keeps covers and portraits."""

TRACK_ID: Final = r"^[A-Za-z0-9]{22}$(?!\n)"
TRACK_URI: Final = r"^spotify:track:[A-Za-z0-9]{22}$(?!\n)"
PLAYABLE_URI: Final = r"^spotify:(track|episode):[A-Za-z0-9]{1,64}$(?!\n)"
SEED_URI: Final = r"^(spotify:(track|artist):[A-Za-z0-9]{22})?$(?!\n)"
"""What may be sent to us, as patterns of the API's description; of a seed the URI may be missing."""

_LINK: Final = re.compile(
    r"(?:https://open\.spotify\.com/(?:intl-[a-z]+/)?(track|album|artist|playlist)/"
    r"|spotify:(track|album|artist|playlist):)([A-Za-z0-9]{22})(?![A-Za-z0-9])"
)
_REST: Final = re.compile(r"(?:\?\S*)?")
"""What “Share” puts behind a link: who shared it."""
_ITEM: Final = re.compile(r"spotify:(track|episode):([A-Za-z0-9]{1,64})")


class SpotifyLink(Struct, frozen=True):
    """Something at Spotify: a track, an album, an artist or a playlist."""

    kind: LinkKind
    id: str

    @property
    def uri(self) -> str:
        """As the Web API wants it."""
        return f"spotify:{self.kind}:{self.id}"

    @property
    def url(self) -> str:
        """Its page, for people."""
        return f"{PAGES}/{self.kind}/{self.id}"


def link_in(text: str) -> SpotifyLink | None:
    """The first link or URI in `text`; None where there is none."""
    found = _LINK.search(text)
    return _link(found) if found else None


def link_of(text: str, *kinds: LinkKind) -> SpotifyLink | None:
    """What `text` is the link or URI of, blanks around it aside; None if it is neither, or of none of `kinds`."""
    text = text.strip()
    found = _LINK.match(text)
    if found is None or not _REST.fullmatch(text, found.end()):
        return None
    link = _link(found)
    return link if link.kind in kinds else None


def page_of(uri: str) -> str | None:
    """The page of what can be played, by its URI; None for what isn't Spotify's or has no page."""
    found = _ITEM.fullmatch(uri)
    return f"{PAGES}/{found[1]}/{found[2]}" if found else None


def _link(found: re.Match[str]) -> SpotifyLink:
    return SpotifyLink(cast(LinkKind, found[1] or found[2]), found[3])
