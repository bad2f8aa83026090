"""QR codes of links."""

import io
from functools import lru_cache

import segno
from quart import Response

from songswap.web.kit.errors import ProblemError
from songswap.web.kit.secret_links import LinkState


def qr_code(link: LinkState, *, light: str) -> Response:
    """A picture of the link, on ground of the colour `light`. Raises ProblemError (404) if it can't be shown."""
    if link.url is None:
        raise ProblemError(404, "not_found", "This link was sealed with another key. Make a new one.")
    return Response(_drawn(link.url, light), mimetype="image/svg+xml", headers={"Cache-Control": "no-store"})


@lru_cache(maxsize=256)
def _drawn(url: str, light: str) -> bytes:
    """The code, drawn once: that takes as long as ten answers."""
    picture = io.BytesIO()
    segno.make(url, micro=False, error="m").save(picture, kind="svg", scale=8, border=4, light=light)
    return picture.getvalue()
