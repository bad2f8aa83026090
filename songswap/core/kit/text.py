"""Text that people write for others: which may be kept, and how."""

import unicodedata
from typing import Final

TURNED: Final = "That has invisible characters that turn the direction of text. Type it by hand."


_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of all that follows, so that text reads as another. Pages give each text a direction of its
own: nobody needs them."""


_BYTE_ORDER_MARK: Final = "\ufeff"


class PostError(Exception):
    """This can't be written; `code` is for programs, the message for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def checked_text(text: str, longest: int) -> str:
    """`text` as it is kept: composed, without what can't be seen, no more than two empty lines together.

    Raises PostError for nothing, more than `longest` characters, or what turns the direction of text.
    """
    if not _TURNING.isdisjoint(text):
        raise PostError("turned_text", TURNED)
    lines = [_visible(line).rstrip() for line in unicodedata.normalize("NFC", text).splitlines()]
    kept = [line for place, line in enumerate(lines) if line or any(lines[max(0, place - 2) : place])]
    clean = "\n".join(kept).strip()
    if not any(unicodedata.category(one)[0] not in "ZC" for one in clean):
        raise PostError("empty", "There is nothing to send yet.")
    if len(clean) > longest:
        raise PostError("too_long", f"That has {len(clean):,} characters; {longest:,} are the most.")
    return clean


def _visible(line: str) -> str:
    line = line.replace("\t", "    ")
    return "".join(one for one in line if one != _BYTE_ORDER_MARK and unicodedata.category(one) not in {"Cc", "Cs"})
