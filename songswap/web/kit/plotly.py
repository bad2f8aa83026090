"""plotly.js, which draws the charts, out of its package: compressed once, kept by browsers until another comes."""

import asyncio
import gzip
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from quart import Blueprint, Quart, Response, request, send_file
from quart_schema import hide

from songswap.web.kit.errors import ProblemError

blueprint = Blueprint("plotly", __name__)

PACKAGE = "plotly"
YEAR_S = 31_536_000


@blueprint.get("/plotly/<number>/plotly.min.js")
@hide
async def script(number: str) -> Response:
    """plotly.js in the version `number`, the one that is installed."""
    path = _path()
    if path is None or number != _version():
        raise ProblemError(404, "not_found", "There is nothing at this address.")
    if request.accept_encodings.best_match(["gzip"]):
        response = Response(await asyncio.to_thread(_compressed, path), mimetype="text/javascript")
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = await send_file(path, mimetype="text/javascript")
    response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def script_url() -> str | None:
    """The address of plotly.js; None where the package is missing, and pages do without drawings."""
    return f"/plotly/{_version()}/plotly.min.js" if _path() else None


def register(app: Quart) -> None:
    """Have plotly.js compressed while `app` starts, so that nobody waits for it."""

    @app.before_serving
    async def compress() -> None:
        path = _path()
        if path is not None:
            app.add_background_task(_compressed, path)


@cache
def _path() -> Path | None:
    """Where the package keeps it; found without importing the package, which takes long and much memory."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "package_data" / "plotly.min.js"
    return path if path.is_file() else None


@cache
def _version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "unknown"


@cache
def _compressed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)
