"""Typed documents and logs in versioned JSON files: read, write, append, watch. One writer per document."""

from songswap.store.census import Census
from songswap.store.changes import Changes, Subscription
from songswap.store.errors import (
    BrokenError,
    GoneError,
    NewerVersionError,
    NotTheWriterError,
    StoreError,
    StoreGoneError,
    UnfitNameError,
)
from songswap.store.files import Document, sync_folder
from songswap.store.following import follow, follow_disk
from songswap.store.lock import HeldError, hold, is_held
from songswap.store.logs import Log
from songswap.store.receipts import Receipt
from songswap.store.store import Reads, Store
from songswap.store.syncing import AtOnce, Behind, Syncing
from songswap.store.watch import watch_disk

__all__ = [
    "AtOnce",
    "Behind",
    "BrokenError",
    "Census",
    "Changes",
    "Document",
    "GoneError",
    "HeldError",
    "Log",
    "NewerVersionError",
    "NotTheWriterError",
    "Reads",
    "Receipt",
    "Store",
    "StoreError",
    "StoreGoneError",
    "Subscription",
    "Syncing",
    "UnfitNameError",
    "follow",
    "follow_disk",
    "hold",
    "is_held",
    "sync_folder",
    "watch_disk",
]
