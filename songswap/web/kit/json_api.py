"""JSON in: a body becomes a typed object or a 400 that names what is wrong with it."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

import msgspec
from quart import request
from quart_schema import document_querystring, document_request

from songswap.web.kit.errors import ProblemError

T = TypeVar("T")
Route = Callable[..., Awaitable[Any]]

OPERATION = "_songswap_operation"
"""Where a route says what its types can't: parts of its operation in the OpenAPI document."""


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of what people send: a misspelt field is an error, not a surprise."""


def body(model: type[Body]) -> Callable[[Route], Route]:
    """Hand the route the request's body as `data`, a `model`."""
    decoder = msgspec.json.Decoder(model)

    def decorate(route: Route) -> Route:
        @wraps(route)
        async def with_body(*args: Any, **kwargs: Any) -> Any:
            return await route(*args, data=decode(decoder, await _json_bytes()), **kwargs)

        return document_request(model)(with_body)

    return decorate


def query(model: type[Body]) -> Callable[[Route], Route]:
    """Hand the route what follows the question mark as `data`, a `model`."""

    def decorate(route: Route) -> Route:
        @wraps(route)
        async def with_query(*args: Any, **kwargs: Any) -> Any:
            try:
                data = msgspec.convert(request.args.to_dict(), model, strict=False)
            except msgspec.ValidationError as error:
                raise ProblemError(400, "invalid", f"The address does not fit: {error}.") from error
            return await route(*args, data=data, **kwargs)

        return document_querystring(model)(with_query)

    return decorate


def no_content(route: Route) -> Route:
    """Describe the route as one that answers 204."""
    return _described(route, responses={"204": {"description": "It is done."}})


def gives_file(*kinds: str) -> Callable[[Route], Route]:
    """Describe the route as one that answers with a file of one of these content types."""
    answer = {"description": "The file.", "content": {kind: {"schema": {"type": "string"}} for kind in kinds}}
    return lambda route: _described(route, responses={"200": answer})


def takes_file(route: Route) -> Route:
    """Describe the route as one that is sent a form with a file in it, in the field `file`."""
    fields = {"file": {"type": "string", "format": "binary"}}
    schema = {"type": "object", "properties": fields, "required": ["file"]}
    return _described(route, requestBody={"content": {"multipart/form-data": {"schema": schema}}})


def _described(route: Route, **operation: Any) -> Route:
    setattr(route, OPERATION, operation)
    return route


def decode(decoder: msgspec.json.Decoder[T], content: bytes) -> T:
    """What `content` holds. Raises ProblemError (400)."""
    try:
        content.decode()
        return decoder.decode(content)
    except UnicodeDecodeError as error:
        raise ProblemError(400, "not_utf8", f"The body is not UTF-8: byte {error.start} can't be read.") from error
    except msgspec.ValidationError as error:
        raise ProblemError(400, "invalid", f"The body does not fit: {error}.") from error
    except msgspec.DecodeError as error:
        raise ProblemError(400, "not_json", f"The body is not JSON: {error}.") from error


async def _json_bytes() -> bytes:
    if request.mimetype != "application/json":
        raise ProblemError(415, "not_json", "Send the body as JSON, with Content-Type: application/json.")
    return await request.data
