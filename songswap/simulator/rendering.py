"""The simulator's own pages: templates, and the policy they are served under."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import hdrs, web

_HERE = Path(__file__).parent
_STATIC_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
)


def page(
    template: str, *, status: int = 200, form_target: str = "", framed: bool = False, **values: Any
) -> web.Response:
    """A rendered page. `form_target` is a further origin its form may lead to; `framed` has others embed it."""
    ancestors = "*" if framed else "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        f"base-uri 'none'; frame-ancestors {ancestors}; form-action 'self' {form_target}"
    )
    text = _ENVIRONMENT.get_template(template).render(**values)
    headers = {"Content-Security-Policy": policy.strip(), hdrs.CACHE_CONTROL: "no-store"}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def static_files() -> dict[str, Callable[[web.Request], Awaitable[web.Response]]]:
    """A handler for each static file by its name: read once, served from memory, so that no thread is needed."""
    return {path.name: _static_file(path) for path in (_HERE / "static").iterdir()}


def _static_file(path: Path) -> Callable[[web.Request], Awaitable[web.Response]]:
    body, content_type = path.read_bytes(), _STATIC_TYPES[path.suffix]

    async def serve(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type=content_type, charset="utf-8")

    return serve
