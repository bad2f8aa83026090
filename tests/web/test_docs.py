"""The API as it describes itself."""

import asyncio
import gzip

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from songswap.web.docs import SWAGGER_FILES, Provider
from tests.web.site import Site

METHODS = {"get", "put", "post", "patch", "delete"}


async def test_description_is_valid_openapi(site: Site) -> None:
    document = await site.browser().json("/openapi.json")
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"].startswith("3.1")


async def test_every_operation_says_what_it_does_and_how_it_refuses(site: Site) -> None:
    document = await site.browser().json("/openapi.json")
    for path, operations in document["paths"].items():
        for method in METHODS & operations.keys():
            operation = operations[method]
            assert operation["summary"], path
            assert operation["responses"]["default"] == {"$ref": "#/components/responses/Error"}
            assert len(operation["responses"]) > 1, path
            assert operation.get("requestBody", {"required": True})["required"], path


async def test_every_route_of_the_api_is_described(site: Site) -> None:
    document = await site.browser().json("/openapi.json")
    described = {path.replace("{", "<").replace("}", ">") for path in document["paths"]}
    routes = {rule.rule for rule in site.app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    streams = {
        "/api/groups/<group_id>/events",
        "/api/groups/<group_id>/interval/events",
        "/api/live",
        "/api/live/link",
        "/api/me/history/events",
        "/api/me/interval/events",
        "/api/me/tab/link",
        "/api/me/playlists/events",
        "/api/videos/events",
    }  # told of with what they are streams of, or in a document of its own
    assert routes - described == streams


async def test_description_is_made_once_however_often_it_is_asked_for_and_whoever_goes(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    build_paths = Provider.build_paths
    monkeypatch.setattr(Provider, "build_paths", lambda self, rule: made.append(rule.rule) or build_paths(self, rule))
    browser = site.browser()
    impatient = [asyncio.create_task(browser.get("/openapi.json")) for _ in range(5)]
    await asyncio.sleep(0)
    for one in impatient:
        one.cancel()
    await asyncio.gather(*impatient, return_exceptions=True)
    answers = await asyncio.gather(*(browser.get("/openapi.json") for _ in range(5)))
    assert len({await answer.get_data() for answer in answers}) == 1
    assert made.count("/api/clock") == 1


async def test_description_is_sent_compressed_and_only_to_who_does_not_have_it(site: Site) -> None:
    browser = site.browser()
    plain = await browser.get("/openapi.json")
    small = await browser.get("/openapi.json", headers={"Accept-Encoding": "gzip, br"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(await small.get_data()) == await plain.get_data()
    for answer, accepted in ((plain, "identity"), (small, "gzip")):
        headers = {"If-None-Match": answer.headers["ETag"], "Accept-Encoding": accepted}
        again = await browser.get("/openapi.json", headers=headers)
        assert (again.status_code, await again.get_data()) == (304, b"")
    assert plain.headers["ETag"] != small.headers["ETag"]


async def test_docs_need_no_network(site: Site) -> None:
    browser = site.browser()
    text = await browser.text("/docs")
    assert "http://" not in text.replace("http://127.0.0.1", "").replace("http://www.w3.org", "")
    for name in SWAGGER_FILES:
        response = await browser.get(f"/docs/{name}")
        assert response.status_code == 200
        assert name in text


@pytest.mark.parametrize("name", ["index.html", "..%2f__init__.py", "swagger-ui.js"])
async def test_docs_serve_no_other_file(site: Site, name: str) -> None:
    assert (await site.browser().get(f"/docs/{name}")).status_code == 404
