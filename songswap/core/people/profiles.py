"""What people may say of themselves and of their groups."""

import unicodedata
from typing import Final

from songswap.core.kit.text import PostError, checked_text
from songswap.core.people.lookalikes import visible

LONGEST_NAME: Final = 60
LONGEST_ABOUT: Final = 300
TAKEN_HANDLES: Final = frozenset({"me", "edit", "search", "new", "admin", "operator", "songswap", "everybody", "here"})
"""Nobody is called so: pages are, or could be, and nobody shall pass for the program."""


class ProfileError(Exception):
    """This can't be in a profile; the message says why, for people."""


def checked_name(text: str) -> str:
    """A name of one's own, on one line; empty for the one at Spotify. Raises ProfileError."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if len(name) > LONGEST_NAME:
        raise ProfileError(f"A name has at most {LONGEST_NAME} characters.")
    if visible(name) != name:
        raise ProfileError("A name is made of characters one can see.")
    return name


def checked_about(text: str) -> str:
    """A few lines about oneself or a group; may be empty. Raises ProfileError."""
    try:
        return checked_text(text, LONGEST_ABOUT)
    except PostError as error:
        if error.code == "empty":
            return ""
        raise ProfileError(error.message) from error
