"""Beside its own pages the server gives nothing away: no files of the checkout, no lists of files, no echo."""

import pytest

from tests.web.site import Site, content, refusal


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.git/HEAD",
        "/config.ini",
        "/store/secret.key",
        "/static/",
        "/static/../config.template.ini",
        "/static/..%2fconfig.template.ini",
        "/static/%2e%2e/serve.py",
        "/static/....//serve.py",
        "/songswap/vault.py",
        "/docs/../README.md",
        "/docs/%2e%2e%2fREADME.md",
    ],
)
async def test_files_and_folders_beside_ours_are_not_there(site: Site, path: str) -> None:
    assert (await site.browser().get(path)).status_code == 404


async def test_a_request_is_not_sent_back_to_who_sent_it(site: Site) -> None:
    ada = await site.log_in("ada")
    for path in ("/", "/api/me", "/nowhere"):
        response = await ada.open("TRACE", path, headers={"X-Own": "written here"})
        assert response.status_code in {404, 405}
        assert "written here" not in await response.get_data(as_text=True)


async def test_nothing_in_debug_mode_and_no_page_for_other_sites_scripts(site: Site) -> None:
    assert not site.app.debug
    assert not site.app.testing
    ada = await site.log_in("ada")
    for path in ("/", "/api/me", "/static/kit/api.js", "/openapi.json"):
        answer = await ada.get(path, headers={"Origin": "https://evil.example"})
        assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]


async def test_every_answer_says_what_it_is_and_in_which_characters(site: Site) -> None:
    ada = await site.log_in("ada")
    for path, kind in {
        "/": "text/html; charset=utf-8",
        "/api/me": "application/json",
        "/api/nowhere": "application/json",
        "/nowhere": "text/html; charset=utf-8",
        "/static/kit/api.js": "text/javascript; charset=utf-8",
        "/static/style.css": "text/css; charset=utf-8",
        "/robots.txt": "text/plain; charset=utf-8",
        "/openapi.json": "application/json",
    }.items():
        assert (await ada.get(path)).headers["Content-Type"] == kind


async def test_what_is_said_twice_counts_once(site: Site) -> None:
    ada = await site.log_in("ada")
    await content(await ada.get("/api/insights/totals?scope=me&scope=everybody"))
    assert await refusal(await ada.get("/api/insights/totals?scope=nonsense&scope=me"), 400)
    assert await refusal(await ada.get("/api/insights/totals?scope[]=me"), 400) == "invalid"


async def test_pages_are_kept_by_no_cache(site: Site) -> None:
    ada = await site.log_in("ada")
    for path in ("/", "/account", "/history", "/api/me", "/api/me/export", "/nowhere"):
        assert (await ada.get(path)).headers["Cache-Control"] == "no-store"


async def test_who_logs_out_leaves_nothing_in_the_browser(site: Site) -> None:
    for path in ("/logout", "/account/browsers/end"):
        response = await (await site.log_in("ada")).post(path)
        assert response.headers["Clear-Site-Data"] == '"cache"'
        assert "songswap=;" in response.headers["Set-Cookie"]
