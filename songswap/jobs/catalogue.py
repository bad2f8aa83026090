"""Loads the catalogue that the operator has brought, in a process of its own; the one there is serves until then."""

import asyncio
import logging
import math
from typing import Final

from songswap.catalogue.report import Progress
from songswap.columns.report import BUSY
from songswap.documents import CATALOGUE_LOADING, CATALOGUE_UPLOAD, CATALOGUE_WISH
from songswap.jobs.kit.spotify_accounts import Means
from songswap.jobs.kit.subprocess_jobs import JobOutput, is_woken
from songswap.model.cataloguing import CatalogueLoading, CatalogueWish, LoadingState
from songswap.store.files import fill

logger = logging.getLogger(__name__)

CATALOGUE_LOOK_S: Final = 0.5
"""Between two looks at how far it is, and whether it is still wanted."""
CATALOGUE_RETRY_S: Final = 5.0
"""While somebody loads on the command line."""
LOADING_BROKE: Final = "Something went wrong in the middle. The catalogue is what it was; the worker’s log says more."
STATES: Final[dict[int, LoadingState]] = {0: "done", -1: "stopped"}


class CataloguingJob:
    """Serves CATALOGUE_WISH, and notes in CATALOGUE_LOADING what came of it."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._store = means.store

    async def run(self) -> None:
        """Load what is wanted until cancelled."""
        with self._store.changes.subscribe("catalogue/", endings=(CATALOGUE_WISH.pattern,)) as changes:
            while True:
                wish = self._wanted()
                code = await self._load(wish) if wish is not None else 0
                await is_woken(changes, CATALOGUE_RETRY_S if code == BUSY else math.inf)

    def _wanted(self) -> CatalogueWish | None:
        """The wish, unless it was served. One that a crash interrupted was not."""
        wish = self._store.read(CATALOGUE_WISH)
        if wish is None or wish.upload is None:
            return None
        seen = self._store.read(CATALOGUE_LOADING)
        is_served = seen is not None and seen.upload == wish.upload and seen.state != "working"
        return None if is_served else wish

    async def _load(self, wish: CatalogueWish) -> int:
        """Have it loaded as long as somebody wants it; returns the exit code, -1 if nobody does any more."""
        upload = wish.upload or ""
        heard = JobOutput(Progress())
        file = str(self._store.root / fill(CATALOGUE_UPLOAD, (upload,)))
        where = ("--store", str(self._store.root), "--gently")
        command = ("catalogue", "load", *where, "--report", "--called", wish.name, file)
        child = asyncio.ensure_future(self._means.beside(command, heard.hear))
        code = -1
        try:
            while not child.done() and self._store.read(CATALOGUE_WISH) == wish:
                self._note(upload, heard.last, "working")
                await asyncio.wait({child}, timeout=CATALOGUE_LOOK_S)
            code = child.result() if child.done() else -1
        finally:
            child.cancel()
            await asyncio.gather(child, return_exceptions=True)
        if code != BUSY:
            logger.info("loading catalogue %s ended: %d", upload, code)
            (self._store.root / fill(CATALOGUE_UPLOAD, (upload,))).unlink(missing_ok=True)
            self._note(upload, heard.last, STATES.get(code, "failed"))
        return code

    def _note(self, upload: str, progress: Progress, state: LoadingState) -> None:
        tally = progress.tally
        loading = CatalogueLoading(
            upload=upload,
            state=state,
            at_ms=self._means.clock.now_ms(),
            read=progress.read,
            size=progress.size,
            kept=tally.kept,
            duplicates=tally.duplicates,
            unreadable=tally.unreadable,
            problems=tally.problems,
            error=(progress.error or LOADING_BROKE) if state == "failed" else "",
        )
        self._store.write(CATALOGUE_LOADING, loading)
