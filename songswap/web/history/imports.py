"""Files of listening history: taken in as they come, imported by the worker, stopped and started again."""

from typing import Literal

from quart import Blueprint, ResponseReturnValue, request
from quart_schema import tag_blueprint, validate_response

from songswap.core.history import imports as rules
from songswap.documents import ACCOUNT, IMPORTED, IMPORTS
from songswap.model.imports import Imports, ImportsSeen
from songswap.store import StoreError
from songswap.web.history.history import HistoryState, ImportItem, history_of, item_of
from songswap.web.kit.access import me
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.json_api import Body, body, no_content, takes_file
from songswap.web.kit.request_body import UploadedFile
from songswap.web.kit.services import Services, current_services

blueprint = Blueprint("imports", __name__)
tag_blueprint(blueprint, ["history"])

FILE_GONE = "The file is not there any more. Bring it again."


class Course(Body, frozen=True):
    """Whether an import shall go on, or be stopped for now; what was kept stays either way."""

    state: Literal["running", "stopped"]


@blueprint.post("/api/me/history/imports")
@takes_file
@validate_response(ImportItem, 202)
async def bring_file() -> tuple[ImportItem, int]:
    """Bring a file of listening history: a form with the field `file`, of up to 500 MB.

    Spotify’s extended history or account data, an export of ListenBrainz, of Last.fm or of SongSwap; a single file, or
    the whole zip. How its import goes on tells `/api/me/history`.
    """
    services, account, form = current_services(), me().id, UploadedFile(request)
    if rules.is_full(*_known(services, account)):
        raise ProblemError(409, "too_many_files", f"{rules.MOST_LISTED} files wait. Bring more when those are done.")
    try:
        upload = await services.inbox.take(account, await form.name(), form.pieces(), services.clock.now_ms())
    except (ProblemError, StoreError):
        _check_still_here(services, account)
        raise
    _check_still_here(services, account)
    imports, seen = _known(services, account)
    services.store.write(IMPORTS, rules.bring(imports, seen, upload), account)
    return item_of(services, account, upload), 202


@blueprint.put("/api/me/history/imports/<upload_id>")
@body(Course)
@validate_response(HistoryState)
async def set_course(upload_id: str, data: Course) -> HistoryState:
    """Stop an import, or start it again."""
    services, account = current_services(), me().id
    imports, _ = _known(services, account)
    try:
        if data.state == "stopped":
            changed = rules.stop(imports, upload_id)
        else:
            changed = rules.start(imports, upload_id)
            if not services.inbox.path(account, upload_id).exists():
                raise ProblemError(409, "no_file", FILE_GONE)
    except rules.NoSuchImportError as error:
        raise _unknown() from error
    services.store.write(IMPORTS, changed, account)
    return history_of(services, me())


@blueprint.delete("/api/me/history/imports/<upload_id>")
@no_content
async def discard_file(upload_id: str) -> ResponseReturnValue:
    """Take a file off the list, stopping its import. What was kept of it stays."""
    services, account = current_services(), me().id
    imports, _ = _known(services, account)
    try:
        services.store.write(IMPORTS, rules.discard(imports, upload_id), account)
    except rules.NoSuchImportError as error:
        raise _unknown() from error
    services.inbox.remove(account, upload_id)
    return "", 204


def _known(services: Services, account: str) -> tuple[Imports, ImportsSeen]:
    return services.store.read(IMPORTS, account) or Imports(), services.store.read(IMPORTED, account) or ImportsSeen()


def _check_still_here(services: Services, account: str) -> None:
    """A file takes a while to arrive. Raises ProblemError (401) if its owner has left meanwhile, and all of theirs."""
    if services.store.read(ACCOUNT, account) is None:
        raise ProblemError(401, "not_logged_in", "Log in with Spotify first.")


def _unknown() -> ProblemError:
    return ProblemError(404, "not_found", "There is no such import.")
