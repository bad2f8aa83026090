"""One call to the Web API as its handler sees it, its answer, and its refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..limits import Family
from ..people import Person
from ..players import Player
from ..wire import Wire
from ..world import World


class ApiError(Exception):
    """A refusal in Spotify's words."""

    def __init__(
        self, status: int, message: str, reason: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason
        self.headers = dict(headers or {})

    @property
    def body(self) -> dict[str, Any]:
        """Spotify's error object."""
        error: dict[str, Any] = {"status": self.status, "message": self.message}
        if self.reason is not None:
            error["reason"] = self.reason
        return {"error": error}


@dataclass(frozen=True)
class Answer:
    """A success; no body is an empty answer."""

    status: int = 200
    body: Any = None


NO_CONTENT = Answer(204)


@dataclass(frozen=True)
class Call:
    """A call that passed the gate. `someone` is None for client credentials."""

    world: World
    wire: Wire
    someone: Person | None
    scopes: frozenset[str]
    path: Mapping[str, str]
    query: Mapping[str, str]
    raw_body: bytes = b""

    @property
    def person(self) -> Person:
        """The person whose token it is; 401 for an app's own token."""
        if self.someone is None:
            raise ApiError(401, "Valid user authentication required")
        return self.someone

    @property
    def player(self) -> Player:
        """Their player."""
        return self.world.player(self.person.id)

    def need_scope(self, *any_of: str) -> None:
        """403 unless one of these scopes was granted."""
        if not self.scopes.intersection(any_of):
            raise ApiError(403, "Insufficient client scope")

    def integer(self, name: str, default: int | None, low: int, high: int | None = None) -> int:
        """A whole number from the query; 400 that names it if it is missing without a default, odd, or out of range."""
        text = self.query.get(name)
        if text is None:
            if default is None:
                raise ApiError(400, f"Missing required field: {name}")
            return default
        try:
            value = int(text)
        except ValueError:
            raise ApiError(400, f"Invalid {name}") from None
        if value < low or (high is not None and value > high):
            raise ApiError(400, f"Invalid {name}")
        return value

    def choice(self, name: str, known: tuple[str, ...], default: str | None = None) -> str:
        """One of some words from the query; 400 that names it otherwise."""
        text = self.query.get(name, default)
        if text is None:
            raise ApiError(400, f"Missing required field: {name}")
        if text not in known:
            raise ApiError(400, f"Invalid {name}")
        return text

    def fields(self) -> dict[str, Any]:
        """The JSON object in the body, empty without one; 400 for anything else."""
        if not self.raw_body:
            return {}
        try:
            body = json.loads(self.raw_body)
        except ValueError:
            raise ApiError(400, "Error parsing JSON.") from None
        if not isinstance(body, dict):
            raise ApiError(400, "Malformed json")
        return body

    def field(self, name: str, kind: type, default: Any = None) -> Any:
        """One field of the JSON body; 400 that names it if it has another type. Null counts as missing."""
        value = self.fields().get(name)
        if value is None:
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise ApiError(400, f"Invalid {name}")
        return value

    def uris(self, limit: int) -> list[str]:
        """The `uris` of the query (comma-separated) or else of the body; 400 that names them if odd or too many."""
        if "uris" in self.query:
            uris: Any = [uri.strip() for uri in self.query["uris"].split(",") if uri.strip()]
        else:
            uris = self.field("uris", list, [])
        if not all(isinstance(uri, str) for uri in uris):
            raise ApiError(400, "Invalid uris")
        if len(uris) > limit:
            raise ApiError(400, f"Too many uris: at most {limit} in one request")
        return list(uris)


Handler = Callable[[Call], Answer]


@dataclass(frozen=True)
class Endpoint:
    """One endpoint: who may call it, what it counts towards, what it does. All of `scopes` are needed."""

    method: str
    path: str
    handler: Handler
    family: Family
    scopes: frozenset[str] = field(default_factory=frozenset)
    premium: bool = False
    old: bool = False
    """Only apps made before November 2024 still have it."""
