"""The operator's catalogue: what is loaded, bringing a file to take its place, searching, taking along, removing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

from quart import Blueprint, Response, ResponseReturnValue, render_template, request
from quart_schema import hide, tag_blueprint, validate_response

from songswap.catalogue.catalogue import NoCatalogueError
from songswap.catalogue.loading import MOST_ROWS, reset
from songswap.catalogue.query import SongFilter
from songswap.core.discovery.audio_attributes import NAMES
from songswap.documents import CATALOGUE_LOADING, CATALOGUE_UPLOAD, CATALOGUE_WISH
from songswap.model.cataloguing import CatalogueLoading, CatalogueWish
from songswap.model.struct import Struct
from songswap.store import HeldError
from songswap.store.files import UNFINISHED, fill, make_folder
from songswap.web.discovery.song_query import AskedSongs, wanted_of
from songswap.web.kit.downloads import download, written_by
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.ids import new_id
from songswap.web.kit.json_api import gives_file, no_content, query, takes_file
from songswap.web.kit.operators import operator
from songswap.web.kit.request_body import LARGEST_FILE, UploadedFile
from songswap.web.kit.services import Services, current_services
from songswap.web.kit.uploads import file_name, receive
from songswap.web.kit.worker_status import is_worker_alive

blueprint = Blueprint("operator_catalogue", __name__)
tag_blueprint(blueprint, ["operation"])

CATALOGUE_TOO_LARGE: Final = (
    f"The file is larger than {LARGEST_FILE // 1000**2} MB. Load it on the command line: "
    "python -m songswap catalogue load FILE."
)
BUSY: Final = "A file is being loaded. Wait until that is done, or stop it."
CSV: Final = "text/csv; charset=utf-8"


class LoadedState(Struct, frozen=True):
    """The catalogue there is: its file, which columns were known, `missing` and `unused`; its account of rows."""

    file: str
    loaded_at_ms: float
    rows: int
    songs: int
    attributes: tuple[str, ...]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    encoding: str
    duplicates: int
    unreadable: int
    problems: tuple[str, ...]


class LoadingNow(Struct, frozen=True):
    """The file that was brought last, and how loading it goes; `is_waiting` until the worker has begun."""

    name: str
    is_waiting: bool
    progress: CatalogueLoading | None


class CatalogueAdmin(Struct, frozen=True):
    """What there is, and what is being loaded."""

    loaded: LoadedState | None
    loading: LoadingNow | None
    most_rows: int
    is_worker_alive: bool


@blueprint.get("/operator/catalogue")
@hide
async def page() -> ResponseReturnValue:
    """The page."""
    services = current_services()
    operator(services)
    return await render_template("operator/catalogue.html", state=await _state(services), largest=LARGEST_FILE)


@blueprint.get("/api/operator/catalogue")
@validate_response(CatalogueAdmin)
async def get_catalogue() -> CatalogueAdmin:
    """What is loaded, and how loading another file goes (operator)."""
    services = current_services()
    operator(services)
    return await _state(services)


@blueprint.post("/api/operator/catalogue")
@takes_file
@validate_response(CatalogueAdmin, 202)
async def bring_catalogue() -> tuple[CatalogueAdmin, int]:
    """Bring a CSV file with audio features: a form with the field `file`, of up to 500 MB (operator).

    The worker loads it; the catalogue there is serves until all of it is read, and stays if it can't be used.
    """
    services = current_services()
    operator(services)
    if _is_busy(services) or services.bringing.locked():
        raise ProblemError(409, "busy", BUSY)
    form = UploadedFile(request, CATALOGUE_TOO_LARGE)
    async with services.bringing:
        wish = await _take(services, await form.name(), form.pieces())
        operator(services)
        services.store.write(CATALOGUE_WISH, wish)
    return await _state(services), 202


@blueprint.delete("/api/operator/catalogue/loading")
@validate_response(CatalogueAdmin)
async def stop_loading() -> CatalogueAdmin:
    """Stop loading: the catalogue stays as it is (operator)."""
    services = current_services()
    operator(services)
    wish = services.store.read(CATALOGUE_WISH)
    if wish is not None and wish.upload is not None and _is_busy(services):
        services.store.write(CATALOGUE_WISH, CatalogueWish())
        _upload(services, wish.upload).unlink(missing_ok=True)  # the worker may not run
    return await _state(services)


@blueprint.delete("/api/operator/catalogue")
@no_content
async def remove_catalogue() -> ResponseReturnValue:
    """Remove the catalogue (operator)."""
    services = current_services()
    operator(services)
    try:
        await asyncio.to_thread(reset, services.store.root)
    except HeldError as error:
        raise ProblemError(409, "busy", BUSY) from error
    return "", 204


@blueprint.get("/api/operator/catalogue/dump")
@query(AskedSongs)
@gives_file("text/csv")
async def dump_catalogue(data: AskedSongs) -> Response:
    """The songs of a search (all, without one) as a CSV file that can be loaded again (operator)."""
    services = current_services()
    operator(services)
    wanted = wanted_of(data)
    if not services.catalogue.is_there():
        raise ProblemError(409, "no_catalogue", str(NoCatalogueError()))
    command = ("catalogue", "dump", "--store", str(services.store.root), *_filters(wanted))
    return await download(written_by(command, "the catalogue could not be written"), CSV, "catalogue.csv")


def _filters(wanted: SongFilter) -> Iterator[str]:
    """A search, as the command line takes it."""
    for name, words in (("text", wanted.words), ("artist", wanted.artist), ("genre", wanted.genre)):
        yield f"--{name}={words}"
    for attribute, (least, most) in wanted.ranges.items():
        yield f"--min={attribute}={least}"
        yield f"--max={attribute}={most}"
    if wanted.every_id:
        yield "--every-id"


async def _take(services: Services, name: str, pieces: AsyncIterator[bytes]) -> CatalogueWish:
    """Keep a file; durable when this returns. Raises ProblemError (400, 413, 503), StoreError; nothing is left then."""
    upload = new_id()
    path = _upload(services, upload)
    await asyncio.to_thread(make_folder, path.parent.parent)
    for left in path.parent.glob(f"*{UNFINISHED}"):  # of whoever went away in the middle; one file at a time is wanted
        left.unlink(missing_ok=True)
    size = await receive(path, pieces, LARGEST_FILE, CATALOGUE_TOO_LARGE)
    return CatalogueWish(upload, file_name(name), size, services.clock.now_ms())


def _upload(services: Services, upload: str) -> Path:
    return services.store.root / fill(CATALOGUE_UPLOAD, (upload,))


def _is_busy(services: Services) -> bool:
    wish, seen = services.store.read(CATALOGUE_WISH), services.store.read(CATALOGUE_LOADING)
    if wish is None or wish.upload is None:
        return False
    return seen is None or seen.upload != wish.upload or seen.state == "working"


async def _state(services: Services) -> CatalogueAdmin:
    return CatalogueAdmin(
        loaded=await _loaded(services),
        loading=_loading(services),
        most_rows=MOST_ROWS,
        is_worker_alive=is_worker_alive(services.store, services.clock.now_ms()),
    )


def _loading(services: Services) -> LoadingNow | None:
    wish, seen = services.store.read(CATALOGUE_WISH), services.store.read(CATALOGUE_LOADING)
    if wish is None or wish.upload is None:
        return None
    is_begun = seen is not None and seen.upload == wish.upload
    return LoadingNow(wish.name, not is_begun, seen if is_begun else None)


async def _loaded(services: Services) -> LoadedState | None:
    try:
        there = await services.catalogue.ask(lambda _, shelf: shelf.manifest)
    except NoCatalogueError:
        return None
    return LoadedState(
        file=there.file,
        loaded_at_ms=there.loaded_at_ms,
        rows=there.rows,
        songs=there.songs,
        attributes=there.attributes,
        missing=tuple(name for name in NAMES if name not in there.attributes),
        unused=there.unused,
        encoding=there.encoding,
        duplicates=there.tally.duplicates,
        unreadable=there.tally.unreadable,
        problems=there.tally.problems,
    )
