"""Conventions every route keeps, old or new."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from quart.testing import WebsocketResponseError
from werkzeug.routing import Rule

from songswap.simulator import World
from songswap.web.kit import limits
from songswap.web.kit.access import BY_LINK, PUBLIC, SAFE_METHODS, UNASKED, is_public
from songswap.web.kit.rate_limiter import Pace
from tests.web.site import HOST, ORIGIN, Browser, Site, content, group_of, open_site, refusal
from tests.web.streams import listening

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": f"{ORIGIN}.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Referer": "https://evil.example/page"},
    {"Origin": ORIGIN.replace("http:", "https:")},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "http://127.0.0.1:8771"},
    {"Origin": "http://[::1"},
    {"Origin": "http://127.0.0.1:x"},
    {"Origin": HOST},
    {"Referer": f"{ORIGIN.replace('http:', 'https:')}/account"},
]
GREETINGS = {
    "/api/me/tab/link": '{"type":"probe","n":1}',
    "/api/live/link": '{"type":"follow","n":1,"path":"/api/me/history/events"}',
}
"""What each connection answers with the time in it."""
OURS = [
    {},
    {"Origin": ORIGIN},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Referer": f"{ORIGIN}/account"},
    {"Origin": ORIGIN.upper()},
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
    closed = [route for route in _routes(site) if not is_public(route[0])]
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
    assert {rule.rule for rule in rules} == GREETINGS.keys()
    ada, stranger = await site.log_in("ada"), site.browser()
    for rule in rules:
        assert await _connects(ada, rule.rule, ORIGIN)
        assert not await _connects(stranger, rule.rule, ORIGIN)
        for origin in ("https://evil.example", f"{ORIGIN}.evil.example", f"https://{HOST}", "null", ""):
            assert not await _connects(ada, rule.rule, origin), origin


async def _connects(browser: Browser, address: str, origin: str, host: str = HOST) -> bool:
    headers = {"Host": host, **({"Origin": origin} if origin else {})}
    try:
        async with browser.client.websocket(address, headers=headers) as socket:
            await socket.send(GREETINGS[address])
            return "now_ms" in str(await socket.receive())
    except WebsocketResponseError:
        return False


async def test_public_list_names_only_routes_there_are(site: Site) -> None:
    endpoints = {endpoint for endpoint, _, _ in _routes(site)}
    assert endpoints >= PUBLIC
    assert {endpoint.partition(".")[0] for endpoint in endpoints} >= BY_LINK


async def test_every_change_from_another_sites_page_is_refused(site: Site) -> None:
    browser = await site.log_in("ada")
    changes = [route for route in _routes(site) if route[1] not in SAFE_METHODS]
    assert len(changes) > 15
    for endpoint, method, address in changes:
        for headers in FOREIGN:
            response = await browser.open(method, address, headers=headers)
            assert response.status_code == 403, (endpoint, headers)


HINTS = {"/account": "wish.json", "/groups/<group_id>": "wish.json", "/playlists": "looks.json"}
"""Pages that have the worker look again, if it has not for long; nobody does, has or hears anything by that."""


async def test_no_get_changes_anything_so_that_a_link_cannot(site: Site) -> None:
    ada = await site.log_in("ada")
    group_id = await group_of(ada, await site.log_in("bob"))
    site.clock.advance(minutes=30)
    rules = [rule for rule in site.app.url_map.iter_rules() if not rule.websocket and "GET" in (rule.methods or ())]
    asked = sorted({rule.rule for rule in rules if "events" not in rule.rule} - {"/api/live"})
    assert len(asked) > 100
    for rule in asked:
        before = _files(site)
        await ada.get(_address_in(rule, group_id))
        changed = {name.rpartition("/")[2].removesuffix(".good") for name, _ in before ^ _files(site)}
        assert changed <= {HINTS.get(rule, "")}, rule


def _address_in(rule: str, group_id: str) -> str:
    """An address of the route; where it tells of a group, a person or a place, there is one."""
    known = {"group_id": group_id, "handle": "ada", "place": f"chat:{group_id}"}
    return re.sub(r"<(?:[^:>]+:)?([^>]+)>", lambda found: known.get(found[1], "anything"), rule)


def _files(site: Site) -> set[tuple[str, bytes]]:
    return {(str(path), path.read_bytes()) for path in site.store.root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("headers", OURS)
async def test_changes_from_our_own_pages_and_from_programs_are_taken(site: Site, headers: dict[str, str]) -> None:
    browser = await site.log_in("ada")
    assert (await browser.post("/api/groups", {"name": "x"}, headers=headers)).status_code == 201


async def test_address_in_the_same_network_is_ours_as_well(site: Site) -> None:
    browser = site.browser("192.168.1.20:8770")
    response = await browser.post("/logout", headers={"Origin": "http://192.168.1.20:8770"})
    assert response.status_code == 303


@pytest.mark.parametrize(
    ("url", "origin", "is_ours"),
    [
        ("https://music.example.org", "https://music.example.org", True),
        ("https://music.example.org", "https://music.example.org:443", True),
        ("https://music.example.org:443", "https://music.example.org", True),
        ("https://music.example.org", "http://music.example.org", False),  # whoever is on the way can write its pages
        ("https://music.example.org", "https://music.example.org:8443", False),
        ("https://music.example.org", "https://example.org", False),
        ("http://music.example.org", "http://music.example.org:80", True),
        ("http://music.example.org", "https://music.example.org", False),
    ],
)
async def test_an_origin_is_ours_with_its_scheme_and_its_port(
    tmp_path: Path, world: World, url: str, origin: str, is_ours: bool
) -> None:
    async with open_site(tmp_path, world, public_url=url) as site:
        for name, value in (("Origin", origin), ("Referer", f"{origin}/account")):
            response = await site.browser(urlsplit(origin).netloc).post("/logout", headers={name: value})
            assert response.status_code == (303 if is_ours else 403), name


async def test_with_https_browsers_are_held_to_it(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path, world, public_url="https://music.example.org") as site:
        for path in ["/", "/api/me", "/nowhere", "/static/style.css", "/health"]:
            headers = (await site.browser().get(path)).headers
            assert headers["Strict-Transport-Security"] == "max-age=31536000"
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_without_https_nothing_is_said_that_browsers_complain_of(site: Site) -> None:
    headers = (await site.browser().get("/")).headers
    assert not {"Strict-Transport-Security", "Cross-Origin-Opener-Policy"} & set(headers.keys())


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
    site.services.pace = Pace(limit=3)
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
    site.services.pace, site.services.unasked_pace = Pace(limit=1), Pace(limit=2)
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


def _exhaust(site: Site) -> None:
    """Nobody may do anything any more."""
    site.services.pace = site.services.unasked_pace = Pace(limit=0)
    site.services.paces.update(dict.fromkeys(site.services.paces, Pace(limit=0)))


async def test_every_route_costs_something_of_a_persons_share(site: Site) -> None:
    browser = await site.log_in("ada")
    _exhaust(site)
    for endpoint, method, address in _routes(site):
        response = await browser.open(method, address)
        assert response.status_code == 429, (endpoint, method)
        assert response.headers["Retry-After"], endpoint


async def test_every_route_costs_strangers_something_of_their_addresss_share(site: Site) -> None:
    _exhaust(site)
    stranger = site.browser()
    for endpoint, method, address in [*_routes(site), ("nowhere", "GET", "/nowhere"), ("nowhere", "PUT", "/")]:
        response = await stranger.open(method, address)
        assert response.status_code == 429, (endpoint, method)


async def test_costs_are_of_routes_there_are(site: Site) -> None:
    known = {rule.endpoint for rule in site.app.url_map.iter_rules()}
    assert limits.COSTS.keys() <= known
    assert known >= limits.STREAMS
    blueprints = {endpoint.partition(".")[0] for endpoint in known}
    assert blueprints >= set(limits.FIGURES)


async def test_what_stays_open_is_bounded_for_each_person(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    site.services.streams.most = 2
    rules = [rule for rule in site.app.url_map.iter_rules() if rule.websocket or rule.rule.endswith(("events", "live"))]
    assert {rule.endpoint for rule in rules} == limits.STREAMS
    address = "/api/me/interval/events"
    async with listening(ada, address) as one, listening(ada, address) as another:
        for stream in (one, another):
            await stream.event()
        for rule in rules:
            if not rule.websocket:
                assert (await ada.get(_address(rule))).status_code == 429, rule
            else:
                assert not await _connects(ada, rule.rule, ORIGIN)
        assert await _connects(bob, "/api/me/tab/link", ORIGIN)
    assert await _connects(ada, "/api/me/tab/link", ORIGIN)


@pytest.mark.parametrize(
    ("method", "address"),
    [("GET", "/callback?code=x&state=y"), ("POST", "/login/paste"), ("POST", "/logout")],
)
async def test_strangers_share_is_their_addresss_own(site: Site, method: str, address: str) -> None:
    """Whom a trusted proxy passes on is counted, and what they say themselves is not."""
    site.services.pace = site.services.paces["login"] = Pace()

    async def ask(forwarded: str) -> int:
        return (await site.browser().open(method, address, headers={"X-Forwarded-For": forwarded})).status_code

    answers = [await ask(f"10.0.0.{number}, 198.51.100.7") for number in range(21)]
    assert 429 not in answers[:20]
    assert answers[-1] == 429
    assert await ask("198.51.100.8") != 429
    site.services.pace = site.services.paces["login"] = Pace()
    assert await ask("198.51.100.7") != 429


async def test_being_logged_in_gives_no_more_log_ins(site: Site) -> None:
    ada = await site.log_in("ada")
    site.services.paces["login"] = Pace(limit=3)
    for _ in range(3):
        assert (await ada.get("/callback?code=x&state=y")).status_code == 400
    assert (await ada.get("/callback?code=x&state=y")).status_code == 429


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8770", "127.0.0.1.evil.example:8770", ""])
async def test_a_host_that_is_not_ours_is_refused_everywhere(site: Site, host: str) -> None:
    browser = await site.log_in("ada")
    browser.host = host
    for endpoint, method, address in _routes(site):
        if endpoint != "static":
            response = await browser.open(method, address, headers={"Host": host})
            assert response.status_code == 400, endpoint
            assert response.headers["Cache-Control"] == "no-store", endpoint
    assert not await _connects(browser, "/api/me/tab/link", f"http://{host}", host)


async def test_a_name_the_operator_gave_is_ours(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path / "named", world, names=("music.lan",)) as site:
        assert (await site.browser("music.lan:8770").get("/")).status_code == 200
        assert (await site.browser("192.168.1.20:8770").get("/")).status_code == 200
        assert (await site.browser("other.lan:8770").get("/")).status_code == 400


async def test_a_page_of_our_name_without_https_is_not_ours(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path / "safe", world, public_url="https://music.example.org") as site:
        browser = site.browser()
        for header, page in (("Origin", "http://music.example.org"), ("Referer", "http://music.example.org/account")):
            assert (await browser.post("/logout", headers={header: page})).status_code == 403
            assert (await browser.post("/logout", headers={header: page.replace("p:", "ps:")})).status_code == 303
