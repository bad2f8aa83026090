"""The API's description: the OpenAPI document, and a page to browse it that needs no network."""

import asyncio
import gzip
import zlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
from quart import Blueprint, Quart, Response, ResponseReturnValue, render_template, request, send_from_directory
from quart_schema import APIKeySecurityScheme, Info, OpenAPIProvider, QuartSchema, hide
from quart_schema.validation import QUART_SCHEMA_REQUEST_ATTRIBUTE, QUART_SCHEMA_RESPONSE_ATTRIBUTE
from werkzeug.routing.rules import Rule

from songswap.web.insights.insights_api import SHARED
from songswap.web.kit.errors import ErrorAnswer, ProblemError
from songswap.web.kit.json_api import OPERATION

blueprint = Blueprint("docs", __name__)

SWAGGER_FILES = frozenset({"swagger-ui.css", "swagger-ui-bundle.js"})

API_DESCRIPTION = """\
Everything the pages do, they do through this API. It knows you by the cookie of your log-in.

Every error has a fitting status and the body `{"error": {"code", "message"}}`.
Times are UTC, in milliseconds since 1970.
"""


class Provider(OpenAPIProvider):
    """Adds what holds for every route: how errors look, that a body is not optional, and the types named within."""

    def schema(self) -> dict[str, Any]:
        """The whole document."""
        schema = super().schema()
        _, types = msgspec.json.schema_components(self._models(), ref_template="#/components/schemas/{name}")
        answer, _ = self.build_response_object(ErrorAnswer, None)
        schema["components"]["schemas"] = types
        schema["components"]["responses"] = {"Error": {**answer, "description": "It was not done, and why."}}
        return schema

    def build_paths(self, rule: Rule) -> tuple[dict[str, Any], dict[str, Any]]:
        """The operations of one route."""
        paths, types = super().build_paths(rule)
        view = self._app.view_functions[rule.endpoint]
        is_shared = rule.endpoint.startswith(f"{SHARED}.")
        told = getattr(view, OPERATION, {})
        for operation in (operation for operations in paths.values() for operation in operations.values()):
            answers = {str(status): answer for status, answer in operation["responses"].items()}
            operation.update(told)
            answers.update(told.get("responses", {}))
            operation["responses"] = {**answers, "default": {"$ref": "#/components/responses/Error"}}
            operation["operationId"] = f"{SHARED}_{view.__name__}" if is_shared else view.__name__
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
        return paths, types

    def _models(self) -> list[Any]:
        """Every type a route takes or gives."""
        models: list[Any] = [ErrorAnswer]
        for view in self._app.view_functions.values():
            taken, _ = getattr(view, QUART_SCHEMA_REQUEST_ATTRIBUTE, (None, None))
            models += [taken] if taken else []
            models += [given for given, _ in getattr(view, QUART_SCHEMA_RESPONSE_ATTRIBUTE, {}).values()]
        return models


class Description:
    """The OpenAPI document, made when it is first asked for, beside the event loop, and never again."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._made: asyncio.Task[tuple[bytes, bytes]] | None = None

    async def text(self) -> tuple[bytes, bytes]:
        """The document as JSON, and the same compressed. Somebody who asks and goes calls off nothing."""
        if self._made is None:
            self._made = asyncio.create_task(asyncio.to_thread(self._write))
        return await asyncio.shield(self._made)

    def _write(self) -> tuple[bytes, bytes]:
        text = msgspec.json.encode(self._make())
        return text, gzip.compress(text, mtime=0)


def register(app: Quart, version: str, cookie: str) -> None:
    """Describe the routes of `app` at /openapi.json; `cookie` is the name of the one they know people by."""
    schema = QuartSchema(
        app,
        openapi_path=None,
        info=Info(title="SongSwap", version=version, description=API_DESCRIPTION),
        conversion_preference="msgspec",
        security_schemes={"cookie": APIKeySecurityScheme(in_="cookie", name=cookie)},
        security=[{"cookie": []}],
        swagger_ui_path=None,
        redoc_ui_path=None,
        scalar_ui_path=None,
        openapi_provider_class=Provider,
    )
    hide(getattr(app.send_static_file, "__func__"))  # noqa: B009  # what QuartSchema does where it serves the document
    description = Description(schema.openapi_provider.schema)

    @app.get("/openapi.json", endpoint="openapi")
    @hide
    async def openapi() -> Response:
        """The API's description."""
        text, compressed = await description.text()
        is_compressed = bool(request.accept_encodings.best_match(["gzip"]))
        response = Response(compressed if is_compressed else text, mimetype="application/json")
        if is_compressed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = "no-cache"
        response.set_etag(f"{version}-{zlib.crc32(text):08x}{'-gzip' if is_compressed else ''}")
        await response.make_conditional(request)
        return response


@blueprint.get("/docs")
@hide
async def browse() -> ResponseReturnValue:
    """Swagger UI over our document."""
    return await render_template("docs.html")


@blueprint.get("/docs/<name>")
@hide
async def asset(name: str) -> Response:
    """Swagger UI's own files, out of its package."""
    if name not in SWAGGER_FILES:
        raise ProblemError(404, "not_found", "There is nothing at this address.")
    return await send_from_directory(_swagger_folder(), name)


def _swagger_folder() -> Path:
    """Where the package keeps them; found without importing it, for it would bring Flask's own blueprint along."""
    spec = find_spec("flask_swagger_ui")
    if spec is None or spec.origin is None:
        raise ProblemError(404, "not_installed", "The page needs the package flask-swagger-ui.")
    return Path(spec.origin).parent / "dist"
