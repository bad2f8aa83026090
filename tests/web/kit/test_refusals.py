"""Who tries doors is seen in the log, and who comes and goes."""

import logging

import pytest
from quart.testing import WebsocketResponseError

from songswap.web.kit.rate_limiter import Pace
from tests.web.site import HOST, ORIGIN, Site, decide, group_of


@pytest.fixture(autouse=True)
def all_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "songswap")


def refused(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [line for line in caplog.messages if line.startswith("refused: ")]


async def test_what_is_refused_is_logged_with_who_asked_and_why(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group, stranger = await group_of(ada), site.browser()
    await stranger.get("/api/me")
    await stranger.post("/api/groups", {}, headers={"Origin": "https://evil.example"})
    await stranger.get("/", headers={"Host": "evil.example"})
    await bob.get(f"/api/groups/{group}")
    await bob.post("/api/groups", {"name": 3})
    site.services.pace = Pace(limit=0)
    await bob.post("/api/groups", {"name": "Friday"})
    nobody, known = "this machine", f"account {bob.account}"
    assert refused(caplog) == [
        f"refused: GET /api/me for {nobody}: not_logged_in",
        f"refused: POST /api/groups for {nobody}: foreign_origin",
        f"refused: GET / for {nobody}: unknown_host",
        f"refused: GET /api/groups/{group} for {known}: not_a_member",
        f"refused: POST /api/groups for {known}: invalid",
        f"refused: POST /api/groups for {known}: too_fast",
    ]


async def test_who_logs_in_and_out_is_logged_and_who_does_not_get_in(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0 t=now"}
    denied, browser = site.browser(), site.browser()
    await denied.come_back(await decide(await denied.begin_login(), "ada", "cancel"))
    address = await decide(await browser.begin_login(), "ada")
    await browser.get(address.removeprefix(site.config.server.url), headers=agent)
    account = site.account_of("ada")
    await browser.post("/logout")
    lines = [line for line in caplog.messages if "account " in line or line.startswith("refused: ")]
    assert lines == [
        "refused: GET /callback for this machine: denied",
        f"account {account}: logged in with Firefox on Linux",
        f"account {account}: a browser is logged out",
    ]


async def test_connections_and_crowds_that_are_refused_are_logged_too(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    stranger, headers = site.browser(), {"Host": HOST, "Origin": ORIGIN}
    path = next(rule.rule for rule in site.app.url_map.iter_rules() if rule.websocket)
    with pytest.raises(WebsocketResponseError):
        async with stranger.client.websocket(path, headers=headers) as socket:
            await socket.receive()
    site.services.at_once.most = 0
    crowded = await stranger.get("/", headers={"X-Forwarded-For": "198.51.100.7"})
    assert crowded.status_code == 429
    assert crowded.headers["X-Content-Type-Options"] == "nosniff"
    assert refused(caplog) == [
        f"refused: connection to {path} for this machine: not_logged_in",
        "refused: too many requests under way for 198.51.100.7",
    ]


async def test_what_nobody_refused_and_what_is_no_route_is_not_logged(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    ada = await site.log_in("ada")
    await ada.get("/api/me")
    await ada.get("/wp-login.php")
    assert refused(caplog) == []
