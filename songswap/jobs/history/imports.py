"""Brings the files people have uploaded into their history, and deletes what they want forgotten: one after the other.

`python -m songswap` does the work, in a process of its own; here it is started, watched and told of.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from operator import itemgetter

from msgspec.structs import replace

from songswap.columns.report import BUSY, STOPPED, UNFIT, BuildReport
from songswap.documents import IMPORTED, IMPORTS, POLLED, UPLOAD
from songswap.jobs.kit.spotify_accounts import Means
from songswap.jobs.kit.subprocess_jobs import JobOutput, ignore, is_woken
from songswap.model.history import Polled
from songswap.model.imports import Forget, Imported, Imports, ImportsSeen, ImportState, Upload
from songswap.store import GoneError, StoreError
from songswap.store.files import fill

logger = logging.getLogger(__name__)

IMPORTS_FILE = IMPORTS.pattern.rpartition("/")[2]
IMPORTS_LOOK_S = 1.0
"""Between two looks at how far an import is, and whether it is still wanted."""
RETRY_S = 30.0
"""What could not be deleted is tried again so much later."""
BUSY_TRIES = 8
"""How often an import is tried while somebody imports on the command line, LOOK_S apart and more each time."""
UNEXPECTED = "Something went wrong in the middle. What was kept stays; start it again. The operator’s log says more."
WAITS = "It waits until an import has ended."
UNEXPECTED_FORGETTING = "Something went wrong. It is tried again; the operator’s log says more."

Work = Callable[[], Awaitable[None]]


class ImportsJob:
    """Serves the wishes in IMPORTS of everybody, the oldest first, and notes in IMPORTED what became of them."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._store = means.store
        self._later_s: dict[str, float] = {}
        """When to try again what could not be forgotten, by its id."""
        self._waits_s: dict[str, float] = {}
        """Until when nothing is done for an account whose documents can't be read or written."""

    async def run(self) -> None:
        """Serve wishes until cancelled."""
        with self._store.changes.subscribe("accounts/", endings=(IMPORTS_FILE,)) as changes:
            while True:
                wanted = min(self._wanted(), key=itemgetter(0), default=None)
                if wanted is None:
                    later_s = (*self._later_s.values(), *self._waits_s.values())
                    await is_woken(changes, min(later_s, default=math.inf) - _now_s())
                    continue
                await self._serve(wanted[1], wanted[2])

    async def _serve(self, account: str, work: Work) -> None:
        """Do it. One whose documents can't be read or written waits, and keeps nobody waiting."""
        try:
            await work()
        except GoneError:
            return  # whose wish it was, has left
        except (StoreError, OSError) as error:
            self._let_wait(account, error)

    def _let_wait(self, account: str, error: StoreError | OSError) -> None:
        logger.error("what account %s wants imported or forgotten waits: %s", account, error)
        self._waits_s[account] = _now_s() + RETRY_S

    def _wanted(self) -> Iterator[tuple[float, str, Work]]:
        """What there is to do and for whom, with the time it was asked for."""
        self._waits_s = {account: at_s for account, at_s in self._waits_s.items() if at_s > _now_s()}
        for account in self._store.names("accounts"):
            if account in self._waits_s:
                continue
            try:
                yield from self._wanted_by(account)
            except StoreError as error:
                self._let_wait(account, error)

    def _wanted_by(self, account: str) -> Iterator[tuple[float, str, Work]]:
        """What is to be forgotten goes first."""
        imports = self._store.read(IMPORTS, account) or Imports()
        seen = self._tidied(account, imports)
        forgets = [one for one in imports.forgets if seen.forgotten.get(one.id) != ""]
        for forget in forgets:
            if self._later_s.get(forget.id, 0.0) <= _now_s():
                yield forget.at_ms, account, partial(self._forget, account, forget)
        for upload in imports.uploads if not forgets else ():
            before = seen.imports.get(upload.id)
            if not upload.is_stopped and (before is None or before.rev < upload.rev or before.state == "working"):
                yield upload.at_ms, account, partial(self._import, account, upload)

    def _tidied(self, account: str, imports: Imports) -> ImportsSeen:
        """What was seen of the wishes there are; of others nothing is kept, and nobody imports what is stopped."""
        seen = self._store.read(IMPORTED, account) or ImportsSeen()
        stopped = {one.id for one in imports.uploads if one.is_stopped}
        uploads, forgets = {one.id for one in imports.uploads}, {one.id for one in imports.forgets}
        tidy = ImportsSeen(
            {
                name: replace(one, state="stopped") if name in stopped and one.state == "working" else one
                for name, one in seen.imports.items()
                if name in uploads
            },
            {name: error for name, error in seen.forgotten.items() if name in forgets},
        )
        if tidy != seen:
            self._store.write(IMPORTED, tidy, account)
        return tidy

    # Import

    async def _import(self, account: str, upload: Upload) -> None:
        heard = JobOutput(BuildReport())
        file = str(self._store.root / fill(UPLOAD, (account, upload.id)))
        where = ("--store", str(self._store.root), "--account", account, "--gently")
        command = ("import", *where, "--report", f"--called={upload.name}", file)
        logger.info("import of upload %s of account %s begins", upload.id, account)
        code = BUSY
        for tries in range(BUSY_TRIES):
            await asyncio.sleep(tries * IMPORTS_LOOK_S)
            code = await self._watched(account, upload, self._means.beside(command, heard.hear), heard)
            if code != BUSY:
                break
        logger.info("import of upload %s of account %s ended: %d", upload.id, account, code)
        self._conclude(account, upload, heard.last, code)

    async def _watched(self, account: str, upload: Upload, work: Awaitable[int], heard: JobOutput[BuildReport]) -> int:
        """Let it work as long as somebody wants it; returns its exit code."""
        child = asyncio.ensure_future(work)
        try:
            while not child.done():
                self._note(account, upload, heard.last, "working")
                await asyncio.wait({child}, timeout=IMPORTS_LOOK_S)
                if not self._is_wanted(account, upload):
                    return STOPPED
            return child.result()
        finally:
            child.cancel()
            await asyncio.gather(child, return_exceptions=True)

    def _is_wanted(self, account: str, upload: Upload) -> bool:
        return upload in (self._store.read(IMPORTS, account) or Imports()).uploads

    def _conclude(self, account: str, upload: Upload, report: BuildReport, code: int) -> None:
        if code in {0, UNFIT}:  # nothing more can be got out of the file
            (self._store.root / fill(UPLOAD, (account, upload.id))).unlink(missing_ok=True)
        states: dict[int, ImportState] = {0: "done", STOPPED: "stopped"}
        state = states.get(code, "failed")
        error = (report.error or UNEXPECTED) if state == "failed" else ""
        self._note(account, upload, replace(report, error=error), state)

    def _note(self, account: str, upload: Upload, report: BuildReport, state: ImportState) -> None:
        seen = self._store.read(IMPORTED, account) or ImportsSeen()
        before = seen.imports.get(upload.id)
        at_ms = self._means.clock.now_ms()
        if before is not None and before.rev == upload.rev and before.state == state == "working":
            at_ms = before.at_ms
        tally = report.tally
        imported = Imported(
            rev=upload.rev,
            state=state,
            at_ms=at_ms,
            read=report.read,
            size=report.size,
            made=report.made,
            years=report.years,
            kept=tally.kept,
            duplicates=tally.duplicates,
            podcasts=tally.podcasts,
            unreadable=tally.unreadable,
            problems=tally.problems,
            others=report.others,
            error=report.error,
        )
        if imported != before:
            self._store.write(IMPORTED, replace(seen, imports={**seen.imports, upload.id: imported}), account)

    # Forget

    async def _forget(self, account: str, forget: Forget) -> None:
        what = ("--everything",) if forget.source is None else ("--source", forget.source)
        where = ("--store", str(self._store.root), "--account", account)
        code = await self._means.beside(("forget", *where, *what), ignore)
        if code == 0:
            self._keep_forgotten(account, forget)
        self._later_s.pop(forget.id, None)
        if code:
            self._later_s[forget.id] = _now_s() + RETRY_S
        seen = self._store.read(IMPORTED, account) or ImportsSeen()
        error = "" if code == 0 else WAITS if code == BUSY else UNEXPECTED_FORGETTING
        if seen.forgotten.get(forget.id) != error:
            forgotten = {**seen.forgotten, forget.id: error}
            self._store.write(IMPORTED, replace(seen, forgotten=forgotten), account)
        logger.info("account %s: %s forgotten: %d", account, forget.source or "everything", code)

    def _keep_forgotten(self, account: str, forget: Forget) -> None:
        """Spotify still remembers the last plays: have them not come back with the next poll."""
        if forget.source in {None, "recent"}:
            polled = self._store.read(POLLED, account) or Polled()
            forgotten_to_ms = max(polled.forgotten_to_ms, round(forget.at_ms))
            self._store.write(POLLED, replace(polled, forgotten_to_ms=forgotten_to_ms), account)


def _now_s() -> float:
    return asyncio.get_running_loop().time()
