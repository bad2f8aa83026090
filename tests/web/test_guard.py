"""Conventions every route keeps, old or new."""

import re

import pytest
from quart.testing import WebsocketResponseError
from werkzeug.routing import Rule

from songswap.web.guard import PUBLIC, SAFE_METHODS, UNASKED
from songswap.web.pace import Pace
from tests.web.site import HOST, ORIGIN, Browser, Site, content, group_of, refusal

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": f"{ORIGIN}.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Referer": "https://evil.example/page"},
]
OURS = [
    {},
    {"Origin": ORIGIN},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Referer": f"{ORIGIN}/account"},
]


def _routes(site: Site) -> list[tuple[str, str, str]]:
    """Endpoint, method and an address of each route."""
    return [
        (rule.endpoint, method, _address(rule))
        for rule in site.app.url_map.iter_rules()
        if not rule.websocket
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _address(rule: Rule) -> str:
    return re.sub(r"<[^>]+>", "anything", rule.rule)


async def test_every_route_needs_a_login_or_is_listed_public(site: Site) -> None:
    browser = site.browser()
    closed = [route for route in _routes(site) if route[0] not in PUBLIC]
    assert len(closed) > 20
    for endpoint, method, address in closed:
        response = await browser.open(method, address)
        if address.startswith("/api/"):
            assert await refusal(response, 401) == "not_logged_in", endpoint
        else:
            assert response.status_code == 302, endpoint
            assert response.headers["Location"].startswith("/login?next="), endpoint


async def test_every_connection_needs_a_login_and_a_page_of_our_own(site: Site) -> None:
    rules = [rule for rule in site.app.url_map.iter_rules() if rule.websocket]
    assert len(rules) == 1
    ada, stranger = await site.log_in("ada"), site.browser()
    for rule in rules:
        assert await _connects(ada, rule.rule, ORIGIN)
        assert not await _connects(stranger, rule.rule, ORIGIN)
        for origin in ("https://evil.example", f"{ORIGIN}.evil.example", "null", ""):
            assert not await _connects(ada, rule.rule, origin), origin


async def _connects(browser: Browser, address: str, origin: str) -> bool:
    headers = {"Host": HOST, **({"Origin": origin} if origin else {})}
    try:
        async with browser.client.websocket(address, headers=headers) as socket:
            await socket.send('{"type":"probe","n":1}')
            return "now_ms" in str(await socket.receive())
    except WebsocketResponseError:
        return False


async def test_public_list_names_only_routes_there_are(site: Site) -> None:
    assert {endpoint for endpoint, _, _ in _routes(site)} >= PUBLIC


async def test_every_change_from_another_sites_page_is_refused(site: Site) -> None:
    browser = await site.log_in("ada")
    changes = [route for route in _routes(site) if route[1] not in SAFE_METHODS]
    assert len(changes) > 15
    for endpoint, method, address in changes:
        for headers in FOREIGN:
            response = await browser.open(method, address, headers=headers)
            assert response.status_code == 403, (endpoint, headers)


@pytest.mark.parametrize("headers", OURS)
async def test_changes_from_our_own_pages_and_from_programs_are_taken(site: Site, headers: dict[str, str]) -> None:
    browser = await site.log_in("ada")
    assert (await browser.post("/api/groups", {"name": "x"}, headers=headers)).status_code == 201


async def test_address_in_the_same_network_is_ours_as_well(site: Site) -> None:
    browser = site.browser("192.168.1.20:8770")
    response = await browser.post("/logout", headers={"Origin": "http://192.168.1.20:8770"})
    assert response.status_code == 303


async def test_login_comes_back_to_the_page_that_needed_it(site: Site) -> None:
    response = await site.browser().get("/groups/abc")
    assert response.headers["Location"] == "/login?next=/groups/abc"


async def test_every_answer_carries_the_security_headers(site: Site) -> None:
    browser = site.browser()
    for path in ["/", "/api/me", "/nowhere", "/static/style.css", "/health", "/docs"]:
        headers = (await browser.get(path)).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert site.config.spotify.api_url in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]


async def test_pages_hold_no_inline_script_or_style(site: Site) -> None:
    browser = await site.log_in("ada")
    group_id = await group_of(browser)
    for path in ["/", f"/groups/{group_id}", "/account", "/account/disconnect", "/history", "/privacy", "/docs"]:
        text = await browser.text(path)
        scripts = re.findall(r"<script(?![^>]*(?:src=|application/json))[^>]*>", text)
        assert scripts == []
        assert not re.search(r"<style|\sstyle=|\son\w+=", text)


async def test_flood_of_changes_is_slowed_down(site: Site) -> None:
    site.here.pace = Pace(limit=3)
    browser = await site.log_in("ada")
    for _ in range(3):
        await content(await browser.post("/api/me/devices/look"), 202)
    response = await browser.post("/api/me/devices/look")
    assert await refusal(response, 429) == "too_fast"
    assert response.headers["Retry-After"] == "10"
    assert (await browser.get("/api/me")).status_code == 200
    site.clock.advance(seconds=10)
    await content(await browser.post("/api/me/devices/look"), 202)


async def test_what_pages_tell_by_themselves_takes_nothing_from_what_a_person_may_do(site: Site) -> None:
    site.here.pace, site.here.unasked_pace = Pace(limit=1), Pace(limit=2)
    browser = await site.log_in("ada")
    assert {rule.endpoint for rule in site.app.url_map.iter_rules()} >= UNASKED
    seen = {"up_to": 0}
    for _ in range(2):
        assert (await browser.put("/api/me/notices/seen", json=seen)).status_code == 200
    await content(await browser.post("/api/me/devices/look"), 202)
    assert await refusal(await browser.put("/api/me/notices/seen", json=seen), 429) == "too_fast"
    site.clock.advance(seconds=10)
    assert (await browser.put("/api/me/notices/seen", json=seen)).status_code == 200


async def test_unknown_addresses_and_methods_are_told_apart(site: Site) -> None:
    browser = await site.log_in("ada")
    assert await refusal(await browser.get("/api/nowhere"), 404) == "not_found"
    response = await browser.delete("/api/groups")
    assert await refusal(response, 405) == "method_not_allowed"
    assert "POST" in response.headers["Allow"]
    assert HOST not in await response.get_data(as_text=True)
