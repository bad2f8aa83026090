"""A person's whole listening history as a file to take along; and its deletion."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Final

from quart import Blueprint, Response
from quart_schema import tag_blueprint, validate_response

from songswap.core import imports as rules
from songswap.core.formats.exports import Form
from songswap.core.recordings import SOURCES
from songswap.documents import IMPORTED, IMPORTS
from songswap.model import Imports, ImportsSeen, Source
from songswap.store import StoreError
from songswap.web.accounts import new_id
from songswap.web.api import Body, gives_file, query
from songswap.web.errors import ProblemError
from songswap.web.guard import me
from songswap.web.history_view import HistoryState, history_of
from songswap.web.resources import Resources, resources

blueprint = Blueprint("takeout", __name__)
tag_blueprint(blueprint, ["history"])

ROOT: Final = Path(__file__).resolve().parents[2]
PIECE: Final = 64 * 1024
FILES: Final[dict[Form, tuple[str, str]]] = {
    "jsonl": ("application/jsonl", "listening-history.jsonl"),
    "csv": ("text/csv; charset=utf-8", "listening-history.csv"),
    "listenbrainz": ("application/jsonl", "listens.jsonl"),
}
"""Content type and name of each."""


class AskedTakeout(Body, frozen=True):
    """In which format: every row as JSON lines or CSV, or a listen for each play, as ListenBrainz has it."""

    format: Form = "jsonl"


@blueprint.get("/api/me/history/export")
@query(AskedTakeout)
@gives_file("application/jsonl", "text/csv")
async def export_history(data: AskedTakeout) -> Response:
    """Every row of every source, as a download. Importing it again gives the same history."""
    here, account = resources(), me().id
    if account in here.taking_out:
        raise ProblemError(409, "one_at_a_time", "An export of yours is under way. Wait until that is done.")
    pieces = _taken(here, account, data.format)
    first = await anext(pieces, b"")  # what goes wrong at the beginning, has an answer of its own
    kind, name = FILES[data.format]
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    response = Response(_chained(first, pieces), content_type=kind, headers=headers)
    response.timeout = None
    return response


@blueprint.delete("/api/me/history")
@validate_response(HistoryState, 202)
async def forget_everything() -> tuple[HistoryState, int]:
    """Delete all of my listening history, and call off all imports. `/api/me/history` tells when it is done."""
    return _forget(None)


@blueprint.delete("/api/me/history/sources/<source>")
@validate_response(HistoryState, 202)
async def forget_source(source: str) -> tuple[HistoryState, int]:
    """Delete what one source told of my listening. `/api/me/history` tells when it is done."""
    known = next((one for one in SOURCES if one == source), None)
    if known is None:
        raise ProblemError(404, "no_such_source", f"There is no such source. There are {', '.join(SOURCES)}.")
    return _forget(known)


def _forget(source: Source | None) -> tuple[HistoryState, int]:
    here, account = resources(), me().id
    before = here.store.read(IMPORTS, account) or Imports()
    seen = here.store.read(IMPORTED, account) or ImportsSeen()
    left = rules.without_forgotten(before, seen)
    after = rules.forget(left, source, new_id(), here.clock.now_ms())
    if after != before:
        here.store.write(IMPORTS, after, account)
    for upload in before.uploads:
        if upload not in after.uploads:
            here.inbox.remove(account, upload.id)
    return history_of(here, me()), 202


async def _taken(here: Resources, account: str, form: Form) -> AsyncGenerator[bytes, None]:
    """The file, made by a process of its own: it takes seconds and memory. Raises StoreError."""
    here.taking_out.add(account)
    process = await asyncio.create_subprocess_exec(*_command(here, account, form), cwd=ROOT, stdin=DEVNULL, stdout=PIPE)
    try:
        assert process.stdout is not None  # noqa: S101  # there is a pipe, as it was asked for
        while piece := await process.stdout.read(PIECE):
            yield piece
        if await process.wait():
            raise StoreError(f"the listening history of account {account} could not be exported; see above")
    finally:
        here.taking_out.discard(account)
        await _end(process)


def _command(here: Resources, account: str, form: Form) -> tuple[str, ...]:
    where = ("--store", str(here.store.root), "--account", account)
    return (sys.executable, "-m", "songswap", "export", *where, "--format", form)


async def _end(process: Process) -> None:
    """End it, if it runs because nobody reads on."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def _chained(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncIterator[bytes]:
    async with contextlib.aclosing(rest):
        yield first
        async for piece in rest:
            yield piece
