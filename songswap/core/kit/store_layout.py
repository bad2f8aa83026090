"""What the files of a store are for, by where they lie."""

from collections.abc import Sequence
from typing import Final, Literal

StorageKind = Literal[
    "history", "posts", "nights", "pictures", "uploads", "catalogue", "ledger", "audit", "leftovers", "documents"
]

PART_LABELS: Final[dict[StorageKind, str]] = {
    "history": "Listening history",
    "posts": "Posts and chats",
    "nights": "Reports of nights",
    "pictures": "Pictures",
    "uploads": "Files waiting for their import",
    "catalogue": "Catalogue",
    "ledger": "Calls to Spotify",
    "audit": "Audit log and reports",
    "leftovers": "Set aside, or on its way out",
    "documents": "Everything else",
}
_AT_THE_TOP: Final[dict[str, StorageKind]] = {
    "wrote": "posts",
    "catalogue": "catalogue",
    "ledger": "ledger",
    "audit": "audit",
    "reports.json": "audit",
    "broken": "leftovers",
    "trash": "leftovers",
    "spill": "leftovers",
}
_OF_SOMEBODY: Final[dict[str, StorageKind]] = {
    "plays": "history",
    "derived": "history",
    "posts": "posts",
    "chat": "posts",
    "nights": "nights",
    "pictures": "pictures",
    "uploads": "uploads",
}
"""Within the folder of an account or a group."""


def kind_of(parts: Sequence[str]) -> StorageKind:
    """What the file at this path within the store is for."""
    if parts[0] in {"accounts", "groups"} and len(parts) > 2:  # the id, and something in its folder
        return _OF_SOMEBODY.get(parts[2], "documents")
    return _AT_THE_TOP.get(parts[0], "documents")
