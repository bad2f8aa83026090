"""The API's description: the OpenAPI document, and a page to browse it that needs no network."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from quart import Blueprint, Quart, Response, ResponseReturnValue, render_template, send_from_directory
from quart_schema import APIKeySecurityScheme, Info, OpenAPIProvider, QuartSchema, hide
from quart_schema.validation import DataSource
from werkzeug.routing.rules import Rule

from songswap.web.api import NO_CONTENT
from songswap.web.browsers import COOKIE
from songswap.web.errors import ErrorAnswer, ProblemError

blueprint = Blueprint("docs", __name__)

SWAGGER_FILES = frozenset({"swagger-ui.css", "swagger-ui-bundle.js"})

DESCRIPTION = """\
Everything the pages do, they do through this API. It knows you by the cookie of your log-in.

Every error has a fitting status and the body `{"error": {"code", "message"}}`.
Times are UTC, in milliseconds since 1970.
"""


class Provider(OpenAPIProvider):
    """Adds what holds for every route: how errors look, and that a body is not optional."""

    def schema(self) -> dict[str, Any]:
        """The whole document."""
        schema = super().schema()
        answer, definitions = self.build_response_object(ErrorAnswer, None)
        schema["components"]["schemas"].update(definitions)
        schema["components"]["responses"] = {"Error": {**answer, "description": "It was not done, and why."}}
        return schema

    def build_paths(self, rule: Rule) -> tuple[dict[str, Any], dict[str, Any]]:
        """The operations of one route."""
        paths, components = super().build_paths(rule)
        is_silent = getattr(self._app.view_functions[rule.endpoint], NO_CONTENT, False)
        done = {"204": {"description": "It is done."}} if is_silent else {}
        for operation in (operation for operations in paths.values() for operation in operations.values()):
            answers = {str(status): answer for status, answer in operation["responses"].items()}
            operation["responses"] = {**answers, **done, "default": {"$ref": "#/components/responses/Error"}}
        return paths, components

    def build_request_body(self, model: Any, source: DataSource) -> tuple[dict[str, Any], dict[str, Any]]:
        """The body of one route."""
        request_body, definitions = super().build_request_body(model, source)
        return {**request_body, "required": True}, definitions


def register(app: Quart, version: str) -> None:
    """Describe the routes of `app` at /openapi.json."""
    QuartSchema(
        app,
        info=Info(title="SongSwap", version=version, description=DESCRIPTION),
        conversion_preference="msgspec",
        security_schemes={"cookie": APIKeySecurityScheme(in_="cookie", name=COOKIE)},
        security=[{"cookie": []}],
        swagger_ui_path=None,
        redoc_ui_path=None,
        scalar_ui_path=None,
        openapi_provider_class=Provider,
    )


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
