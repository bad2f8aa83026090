"""plotly.js out of its package: compressed, kept by browsers, and nothing else of the package."""

import gzip
import re

from songswap.web.kit.plotly import script_url
from tests.web.site import Site

URL = script_url() or ""


async def test_plotly_is_sent_compressed_and_kept_until_its_version_changes(site: Site) -> None:
    response = await site.browser().get(URL, headers={"Accept-Encoding": "gzip, br"})
    assert response.status_code == 200
    assert response.mimetype == "text/javascript"
    assert response.headers["Content-Encoding"] == "gzip"
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["Vary"] == "Accept-Encoding"
    sent = await response.get_data(as_text=False)
    assert len(sent) < 2_000_000
    assert re.match(rb"/\*\*\n\* plotly.js v\d", gzip.decompress(sent))


async def test_who_takes_no_gzip_gets_it_plain(site: Site) -> None:
    response = await site.browser().get(URL, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in response.headers
    assert "immutable" in response.headers["Cache-Control"]
    assert (await response.get_data(as_text=False)).startswith(b"/**\n* plotly.js v")


async def test_another_version_than_the_one_installed_is_not_there(site: Site) -> None:
    assert (await site.browser().get("/plotly/0.1/plotly.min.js")).status_code == 404
