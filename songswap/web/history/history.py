"""What is kept of a person's listening, and what becomes of the files they bring, as they see it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from songswap.columns import schema
from songswap.core.history.imports import Progress, progress_of, without_forgotten
from songswap.core.history.recordings import SOURCES
from songswap.documents import IMPORTED, IMPORTS, Account
from songswap.model.history import Gap, Source
from songswap.model.imports import Imported, Imports, ImportsSeen, Problem, Upload
from songswap.model.struct import Struct
from songswap.web.history.recording_status import RecordingState, recording_of
from songswap.web.insights.insights_text import GAPS
from songswap.web.kit.services import Services
from songswap.web.kit.timed import Timed
from songswap.web.kit.worker_status import is_worker_alive
from songswap.web.people.viewer import sharing_of

SOURCE_TITLES: Final[dict[Source, tuple[str, str]]] = {
    "export": ("Spotify’s extended history", "everything, with how long each song was heard"),
    "seen": ("Sessions here", "what your player really played while a session ran"),
    "account": ("Spotify’s account data", "to the minute, without Spotify’s ids"),
    "listenbrainz": ("ListenBrainz", "when each song began"),
    "lastfm": ("Last.fm", "when each song began, by names alone"),
    "recent": ("Spotify’s recently played", "when each song ended; asked for every few minutes"),
}
"""Each source's name and what it tells, for people."""
PROGRESS_WORDS: Final[dict[Progress, str]] = {
    "waiting": "Waits for its turn",
    "stopping": "Stopping",
    "stopped": "Stopped. What was kept stays; start again to go on.",
    "done": "Done",
}
SILENT: Final = "The worker is silent. It goes on as soon as the worker runs; tell the operator."
PROBLEMS_SHOWN: Final = 100


class SourceState(Struct, frozen=True):
    """What one source told: how many `rows`, from when to when, and how many in each UTC month (“2026-11”)."""

    source: Source
    title: str
    tells: str
    rows: int
    from_ms: int
    to_ms: int
    months: dict[str, int]
    is_going: bool
    """Its deletion was asked for, and will be over in a moment."""


class GapState(Struct, frozen=True):
    """A time of which plays may be missing (`paused`: none were wanted), and why, in words."""

    from_ms: int
    to_ms: int
    is_paused: bool
    words: str


class ImportItem(Struct, frozen=True):
    """A file that was brought. `size` is its bytes; of its content `read` of `to_read` bytes were read so far, and then
    `made` of `to_make` years made of it.

    Every row is one of `kept`, `duplicates`, `podcasts` and `unreadable`, together `total`. `problems` are the first of
    the unreadable ones, with their file and line. `others` are files in a zip that hold no history.
    """

    id: str
    name: str
    size: int
    at_ms: float
    progress: Progress
    words: str
    may_start: bool
    read: int
    to_read: int
    made: int
    to_make: int
    kept: int
    duplicates: int
    podcasts: int
    unreadable: int
    total: int
    problems: tuple[Problem, ...]
    others: tuple[str, ...]


class HistoryState(Timed, frozen=True):
    """All that the page of a person's history shows. `plays` are the rows of all sources, each play once."""

    is_worker_alive: bool
    plays: int
    from_ms: int | None
    to_ms: int | None
    sources: tuple[SourceState, ...]
    gaps: tuple[GapState, ...]
    recording: RecordingState
    imports: tuple[ImportItem, ...]
    is_going: bool
    """The deletion of everything was asked for."""
    failure: str
    """Why a deletion did not work."""


def history_of(services: Services, person: Account) -> HistoryState:
    """The history of `person`. Raises StoreError."""
    store, now_ms, account = services.store, services.clock.now_ms(), person.id
    seen = store.read(IMPORTED, account) or ImportsSeen()
    imports = without_forgotten(store.read(IMPORTS, account) or Imports(), seen)
    columns = schema.manifest(schema.folder(store.root, account))
    is_alive = is_worker_alive(store, now_ms)
    spans = columns.sources.values()
    return HistoryState(
        now_ms=now_ms,
        is_worker_alive=is_alive,
        plays=_plays(columns),
        from_ms=min((span.from_ms for span in spans), default=None),
        to_ms=max((span.to_ms for span in spans), default=None),
        sources=tuple(_sources(columns, imports)),
        gaps=tuple(_gap(gap) for gap in columns.gaps),
        recording=recording_of(services, person, is_paused=sharing_of(services, account).is_paused),
        imports=tuple(_item(services, account, one, seen, is_alive=is_alive) for one in reversed(imports.uploads)),
        is_going=any(one.source is None for one in imports.forgets),
        failure=next((why for one in imports.forgets if (why := seen.forgotten.get(one.id))), ""),
    )


def plays_kept(root: Path, account: str) -> int:
    """How many plays the history of `account` in the store at `root` has."""
    return _plays(schema.manifest(schema.folder(root, account)))


def item_of(services: Services, account: str, upload: Upload) -> ImportItem:
    """One of the imports in the history of `account`. Raises StoreError."""
    seen = services.store.read(IMPORTED, account) or ImportsSeen()
    return _item(services, account, upload, seen, is_alive=is_worker_alive(services.store, services.clock.now_ms()))


def _plays(columns: schema.ColumnsManifest) -> int:
    return sum(part.rows for part in columns.years.values())


def _sources(columns: schema.ColumnsManifest, imports: Imports) -> Iterator[SourceState]:
    going = {one.source for one in imports.forgets}
    for source in SOURCES:
        span = columns.sources.get(source)
        if span is not None:
            title, tells = SOURCE_TITLES[source]
            yield SourceState(
                source, title, tells, span.rows, span.from_ms, span.to_ms, _months(columns, source),
                is_going=source in going or None in going,
            )  # fmt: skip


def _months(columns: schema.ColumnsManifest, source: Source) -> dict[str, int]:
    """Rows by month; the name of a log is the source, the month and its ending."""
    start = f"{source}-"
    return {
        name.removeprefix(start).removesuffix(".jsonl"): span.rows
        for name, span in sorted(columns.logs.items())
        if name.startswith(start)
    }


def _gap(gap: Gap) -> GapState:
    return GapState(gap.from_ms, gap.to_ms, gap.why == "paused", GAPS[gap.why])


def _item(services: Services, account: str, upload: Upload, seen: ImportsSeen, *, is_alive: bool) -> ImportItem:
    progress = progress_of(upload, seen)
    imported = seen.imports.get(upload.id) or Imported(0, "stopped", upload.at_ms)
    if progress == "waiting":
        imported = Imported(0, "stopped", upload.at_ms)
    return ImportItem(
        id=upload.id,
        name=upload.name,
        size=upload.size,
        at_ms=upload.at_ms,
        progress=progress,
        words=_words(progress, imported, is_alive=is_alive),
        may_start=progress in {"stopped", "failed"} and services.inbox.path(account, upload.id).exists(),
        read=imported.read,
        to_read=imported.size,
        made=imported.made,
        to_make=imported.years,
        kept=imported.kept,
        duplicates=imported.duplicates,
        podcasts=imported.podcasts,
        unreadable=imported.unreadable,
        total=imported.total,
        problems=imported.problems[:PROBLEMS_SHOWN],
        others=imported.others,
    )


def _words(progress: Progress, imported: Imported, *, is_alive: bool) -> str:
    if not is_alive and progress in {"waiting", "working", "stopping"}:
        return SILENT
    if progress == "working":
        if imported.years:
            return f"Making figures of it: {imported.made} of {imported.years} years"
        return f"Reading: {100 * imported.read // (imported.size or 1)} %"
    return PROGRESS_WORDS.get(progress) or imported.error or "That did not work. Try again."
