"""Handles: the short names by which people are addressed and mentioned."""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

SHORTEST, LONGEST = 2, 24
HANDLE: Final = re.compile(rf"[a-z0-9](?:[a-z0-9_]{{{SHORTEST - 2},{LONGEST - 2}}})[a-z0-9]")
MENTION: Final = re.compile(rf"(?<![\w@/.])@([A-Za-z0-9_]{{{SHORTEST},{LONGEST}}})(?!\w)")
NAMELESS: Final = "friend"
"""What somebody is called whose name has no letter that can stand in an address."""


class HandleError(Exception):
    """This can't be a handle; the message says why, for people."""


def checked_handle(text: str) -> str:
    """`text` as a handle, in small letters. Raises HandleError."""
    handle = text.strip().removeprefix("@").lower()
    if not HANDLE.fullmatch(handle):
        raise HandleError(
            f"A handle has {SHORTEST} to {LONGEST} of the letters a to z, digits and underscores; it begins and ends "
            "with a letter or digit."
        )
    return handle


def handle_for(name: str, taken: Collection[str]) -> str:
    """A handle made from `name` that is not `taken`."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = "_".join(re.findall(r"[a-z0-9]+", plain))[: LONGEST - 4].strip("_")
    base = words if HANDLE.fullmatch(words) else NAMELESS
    number, handle = 1, base
    while handle in taken:
        number += 1
        handle = f"{base}{number}"
    return handle


def mentioned(text: str) -> tuple[str, ...]:
    """The handles mentioned in `text` as @handle, once each, in small letters; not those within addresses."""
    return tuple(dict.fromkeys(found.lower() for found in MENTION.findall(text)))
