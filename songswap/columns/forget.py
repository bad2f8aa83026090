"""Deletes listening history: one source's, or all of it."""

from songswap.columns.build import build
from songswap.columns.sources import Logs
from songswap.core.history.recordings import SOURCES
from songswap.documents import GAPS, PLAYS, TRACK_NAMES
from songswap.model.history import Source
from songswap.store import Store, hold


def forget(store: Store, account: str, source: Source | None) -> None:
    """Delete what `source` told of the plays of `account`, or everything; none of it is in the columns any more.

    Raises HeldError while files are brought in, UnfitNameError, StoreError.
    """
    with hold(store.root, "importer"):
        for month in Logs(store.root, account).months:
            if source in {None, month.source}:
                store.drop(PLAYS, account, month.source, month.text)
        for one in SOURCES if source is None else (source,):
            store.drop(TRACK_NAMES, account, one)
        if source is None:
            store.drop(GAPS, account)
        build(store.root, account, thorough=True)
