"""What people want with files of their listening history, and how far each is."""

from typing import Final, Literal

from msgspec.structs import replace

from songswap.model.history import Source
from songswap.model.imports import Forget, Imported, Imports, ImportsSeen, Upload

Progress = Literal["waiting", "working", "stopping", "stopped", "done", "failed"]

MOST_LISTED: Final = 50
"""Imports that a person's list holds; the oldest that have ended give way to new ones."""
ENDED: Final = frozenset({"done", "failed"})


class NoSuchImportError(Exception):
    """There is no import of that id."""


def progress_of(upload: Upload, seen: ImportsSeen) -> Progress:
    """How far an import is, as its owner sees it."""
    imported = _latest(upload, seen)
    if upload.is_stopped:
        if imported is None or imported.state == "stopped":
            return "stopped"
        return "stopping" if imported.state == "working" else imported.state
    return "waiting" if imported is None or imported.state == "stopped" else imported.state


def has_ended(upload: Upload, seen: ImportsSeen) -> bool:
    """Whether nothing more will be done with it unless somebody asks."""
    return progress_of(upload, seen) in ENDED


def is_full(imports: Imports, seen: ImportsSeen) -> bool:
    """Whether the list takes no further file, as none of its imports has ended."""
    return len(imports.uploads) >= MOST_LISTED and not any(has_ended(one, seen) for one in imports.uploads)


def bring(imports: Imports, seen: ImportsSeen, upload: Upload) -> Imports:
    """One more file; an old import that has ended is no longer listed if there are too many."""
    uploads = list(imports.uploads)
    while len(uploads) >= MOST_LISTED and (old := next((one for one in uploads if has_ended(one, seen)), None)):
        uploads.remove(old)
    return replace(imports, uploads=(*uploads, upload))


def stop(imports: Imports, upload: str) -> Imports:
    """Nothing more is done with a file for now. Raises NoSuchImportError."""
    return _changed(imports, replace(_found(imports, upload), is_stopped=True))


def start(imports: Imports, upload: str) -> Imports:
    """A file is imported once more, from its beginning: what was kept is a duplicate now. Raises NoSuchImportError."""
    wanted = _found(imports, upload)
    return _changed(imports, replace(wanted, is_stopped=False, rev=wanted.rev + 1))


def discard(imports: Imports, upload: str) -> Imports:
    """The file is no longer listed; what was kept of it stays. Raises NoSuchImportError."""
    gone = _found(imports, upload)
    return replace(imports, uploads=tuple(one for one in imports.uploads if one != gone))


def forget(imports: Imports, source: Source | None, forget_id: str, at_ms: float) -> Imports:
    """What `source` told shall be deleted; None: everything, and then no file is imported any more either.

    Asked for twice it is done once.
    """
    if source is None:
        return Imports(forgets=(Forget(forget_id, None, at_ms),))
    if any(one.source in {source, None} for one in imports.forgets):
        return imports
    return replace(imports, forgets=(*imports.forgets, Forget(forget_id, source, at_ms)))


def without_forgotten(imports: Imports, seen: ImportsSeen) -> Imports:
    """The same without what has been deleted."""
    left = tuple(one for one in imports.forgets if seen.forgotten.get(one.id) != "")
    return imports if left == imports.forgets else replace(imports, forgets=left)


def _latest(upload: Upload, seen: ImportsSeen) -> Imported | None:
    """What was seen of the upload's present try."""
    imported = seen.imports.get(upload.id)
    return imported if imported is not None and imported.rev >= upload.rev else None


def _found(imports: Imports, upload: str) -> Upload:
    found = next((one for one in imports.uploads if one.id == upload), None)
    if found is None:
        raise NoSuchImportError(upload)
    return found


def _changed(imports: Imports, upload: Upload) -> Imports:
    return replace(imports, uploads=tuple(upload if one.id == upload.id else one for one in imports.uploads))
