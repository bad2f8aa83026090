"""Profiles in words for people."""

from collections.abc import Mapping
from typing import Final

from songswap.model.profiles import Audience, Section

AUDIENCES: Final[Mapping[Audience, str]] = {
    "me": "Only me",
    "groups": "My groups",
    "everybody": "Everybody here",
    "link": "Whoever has my link",
}
SECTION_TITLES: Final[Mapping[Section, str]] = {
    "top": "Top songs of the last four weeks",
    "recent": "Recently played",
    "now": "Playing now, in a session",
    "streak": "Days in a row with music",
    "playlists": "Playlists that renew themselves",
    "posts": "Posts",
}
