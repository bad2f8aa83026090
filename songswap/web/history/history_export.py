"""A person's whole listening history as a file to take along; and its deletion."""

import contextlib
from collections.abc import AsyncGenerator
from typing import Final

from quart import Blueprint, Response
from quart_schema import tag_blueprint, validate_response

from songswap.core.history import imports as rules
from songswap.core.history.formats.exports import Form
from songswap.core.history.recordings import SOURCES
from songswap.documents import IMPORTED, IMPORTS
from songswap.model.history import Source
from songswap.model.imports import Imports, ImportsSeen
from songswap.web.history.history import HistoryState, history_of
from songswap.web.kit.access import me
from songswap.web.kit.downloads import download, written_by
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.ids import new_id
from songswap.web.kit.json_api import Body, gives_file, query
from songswap.web.kit.services import Services, current_services

blueprint = Blueprint("takeout", __name__)
tag_blueprint(blueprint, ["history"])

EXPORT_FORMATS: Final[dict[Form, tuple[str, str]]] = {
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
    services, account = current_services(), me().id
    if account in services.taking_out:
        raise ProblemError(409, "one_at_a_time", "An export of yours is under way. Wait until that is done.")
    return await download(_taken(services, account, data.format), *EXPORT_FORMATS[data.format])


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
    services, account = current_services(), me().id
    before = services.store.read(IMPORTS, account) or Imports()
    seen = services.store.read(IMPORTED, account) or ImportsSeen()
    left = rules.without_forgotten(before, seen)
    after = rules.forget(left, source, new_id(), services.clock.now_ms())
    if after != before:
        services.store.write(IMPORTS, after, account)
    for upload in before.uploads:
        if upload not in after.uploads:
            services.inbox.remove(account, upload.id)
    return history_of(services, me()), 202


async def _taken(services: Services, account: str, form: Form) -> AsyncGenerator[bytes, None]:
    """The file, of which nobody takes two at once. Raises StoreError."""
    where = ("--store", str(services.store.root), "--account", account)
    failed = f"the listening history of account {account} could not be exported"
    services.taking_out.add(account)
    try:
        async with contextlib.aclosing(written_by(("export", *where, "--format", form), failed)) as pieces:
            async for piece in pieces:
                yield piece
    finally:
        services.taking_out.discard(account)
