"""What an operator does with the catalogue, by the API and the page."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from songswap.catalogue.loading import Loading
from songswap.catalogue.schema import LOCK
from songswap.documents import CATALOGUE_LOADING, CATALOGUE_UPLOAD, CATALOGUE_WISH
from songswap.model.cataloguing import CatalogueLoading
from songswap.simulator import World
from songswap.store import hold
from songswap.store.files import fill
from tests.catalogue.tables import some_rows, table
from tests.web.lists import load_catalogue
from tests.web.site import Browser, Site, content, open_site, page, refusal

URL = "/api/operator/catalogue"


@pytest.fixture
async def site(tmp_path: Path, world: World) -> AsyncIterator[Site]:
    async with open_site(tmp_path / "store", world, operators=("ada",)) as opened:
        yield opened


@pytest.fixture
async def operator(site: Site) -> Browser:
    return await site.log_in("ada")


async def bring(browser: Browser, text: str, name: str = "songs.csv") -> Any:
    return await browser.post(URL, files={"file": FileStorage(io.BytesIO(text.encode()), name)})


def see(site: Site, state: str, **fields: Any) -> None:
    """What the worker tells of the file that is wanted."""
    wish = site.store.read(CATALOGUE_WISH)
    assert wish
    assert wish.upload
    site.worker.write(CATALOGUE_LOADING, CatalogueLoading(wish.upload, state, 1.0, **fields))  # type: ignore[arg-type]


async def test_nobody_else_finds_it(site: Site, operator: Browser) -> None:
    bob = await site.log_in("bob")
    for method, path in (
        ("GET", URL),
        ("POST", URL),
        ("DELETE", URL),
        ("DELETE", f"{URL}/loading"),
        ("GET", f"{URL}/dump"),
        ("GET", "/operator/catalogue"),
    ):
        assert (await bob.open(method, path)).status_code == 404, path
    assert (await operator.get("/operator/catalogue")).status_code == 200


async def test_a_file_waits_for_the_worker_and_how_it_goes_is_told(site: Site, operator: Browser) -> None:
    text = table(some_rows(30))
    state = await content(await bring(operator, text, "../my/songs.csv"), 202)
    assert state["loading"] == {"name": "songs.csv", "is_waiting": True, "progress": None}
    wish = site.store.read(CATALOGUE_WISH)
    assert wish
    path = site.store.root / fill(CATALOGUE_UPLOAD, (wish.upload or "",))
    assert path.read_bytes() == text.encode()
    assert await refusal(await bring(operator, text), 409) == "busy"
    see(site, "working", read=10, size=100, kept=3)
    assert (await operator.json(URL))["loading"]["progress"]["kept"] == 3
    Loading(site.store.root).run(path, called=wish.name, now_ms=5.0)
    see(site, "done", kept=30)
    loaded = (await operator.json(URL))["loaded"]
    assert (loaded["file"], loaded["rows"]) == ("songs.csv", 30)
    assert loaded["missing"] == ["danceability", "acousticness", "instrumentalness", "liveness", "speechiness"]
    assert (await bring(operator, text)).status_code == 202


async def test_loading_is_stopped_and_another_file_may_come(site: Site, operator: Browser) -> None:
    await content(await bring(operator, "anything"), 202)
    assert (await content(await operator.delete(f"{URL}/loading")))["loading"] is None
    await content(await bring(operator, "anything"), 202)


async def test_what_is_no_file_is_refused(site: Site, operator: Browser) -> None:
    assert await refusal(await operator.post(URL, {"file": "x"}), 415) == "not_a_form"
    assert await refusal(await bring(operator, ""), 400) == "unfit_file"
    assert site.store.read(CATALOGUE_WISH) is None
    assert not list((site.store.root / "catalogue" / "uploads").iterdir())


async def test_a_search_is_taken_along_and_can_be_loaded_again(site: Site, operator: Browser) -> None:
    assert await refusal(await operator.get(f"{URL}/dump"), 409) == "no_catalogue"
    load_catalogue(site)
    response = await operator.get(f"{URL}/dump?q=the")
    assert "attachment" in response.headers["Content-Disposition"]
    path = site.store.root.parent / "again.csv"
    path.write_bytes(await response.get_data(as_text=False))
    total = (await operator.json("/api/songs?q=the"))["total"]
    assert Loading(site.store.root).run(path, now_ms=1.0).songs == total > 10
    assert await refusal(await operator.get(f"{URL}/dump?ranges=x"), 400) == "invalid"


async def test_the_catalogue_is_removed_unless_somebody_loads(site: Site, operator: Browser) -> None:
    load_catalogue(site)
    with hold(site.store.root, LOCK):
        assert await refusal(await operator.delete(URL), 409) == "busy"
    assert (await operator.json(URL))["loaded"] is not None
    assert (await operator.delete(URL)).status_code == 204
    assert (await operator.json(URL))["loaded"] is None
    assert (await operator.delete(URL)).status_code == 204


async def test_the_page_says_what_a_file_needs(operator: Browser) -> None:
    assert "columns are known by their common names" in await page(await operator.get("/operator/catalogue"))
