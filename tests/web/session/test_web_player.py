"""Pages that play, as the server sees them: their token, their reports, their orders, and what changes nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace

from songswap.documents import CONSENT, ORDERS, TAB, TOKEN, WISH, Token
from songswap.model.tabs import Order, Orders, Tab
from songswap.simulator import World
from songswap.spotify.oauth import SCOPES
from songswap.web.kit.sockets import LARGEST
from songswap.web.session.web_player_socket import BURST, MOST_REFUSALS
from tests.ports import free_port
from tests.web.site import Browser, Site, content, group_of, open_site, refusal

LINK = "/api/me/tab/link"
PATIENCE_S = 20.0
SONG = {"uri": "spotify:track:a", "name": "A song", "duration_ms": 200_000, "artists": ["Somebody"]}
STATE = {**SONG, "position_ms": 5_000, "is_playing": True, "next": [{**SONG, "uri": "spotify:track:b"}]}


@pytest.fixture
async def site(tmp_path: Path, world: World) -> AsyncIterator[Site]:
    """One that listens, so that pages are connected to it as browsers connect."""
    async with open_site(tmp_path / "store", world, port=free_port(), is_live=True) as opened:
        yield opened


class Page:
    """A page's connection."""

    def __init__(self, site: Site, browser: Browser, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.site, self.browser, self.socket = site, browser, socket

    async def say(self, kind: str, **fields: object) -> None:
        await self.socket.send_json({"type": kind, **fields})

    async def hello(self, tab: str = "a" * 16, device_id: str = "device", **fields: object) -> dict[str, Any]:
        known = {"tab": tab, "browser": "b" * 16, "device_id": device_id, "name": "SongSwap in Chrome"}
        await self.say("hello", **{**known, **fields})
        return await self.told("welcome")

    async def report(self, seq: int, **fields: object) -> None:
        known: dict[str, object] = {"at_ms": self.site.clock.now_ms() - 20, "trip_ms": 12.5, "state": STATE}
        await self.say("report", seq=seq, **{**known, **fields})

    async def told(self, kind: str) -> dict[str, Any]:
        """What it is told next, which must be this."""
        told: dict[str, Any] = await self.socket.receive_json(timeout=PATIENCE_S)
        assert told["type"] == kind, told
        return told

    async def settled(self) -> Tab:
        """What is written down once everything said so far has been taken in."""
        await self.say("probe", n=99)
        while (await self.socket.receive_json(timeout=PATIENCE_S)).get("n") != 99:
            pass
        tab = self.site.store.read(TAB, self.browser.account)
        assert tab is not None
        return tab

    async def closed(self) -> int:
        """The code it is closed with."""
        while not self.socket.closed:
            await self.socket.receive(timeout=PATIENCE_S)
        assert self.socket.close_code is not None
        return self.socket.close_code


@asynccontextmanager
async def a_page(site: Site, browser: Browser) -> AsyncIterator[Page]:
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.client.cookie_jar or ())
    url = site.config.server.url
    headers = {"Cookie": cookies, "Origin": url}
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{url}{LINK}", headers=headers) as socket:
        yield Page(site, browser, socket)


async def test_page_hears_what_time_it_is_here(site: Site) -> None:
    async with a_page(site, await site.log_in("ada")) as page:
        await page.say("probe", n=3)
        assert await page.told("probe") == {"type": "probe", "n": 3, "now_ms": site.clock.now_ms()}


async def test_page_that_says_hello_is_where_the_person_listens(site: Site) -> None:
    ada = await site.log_in("ada")
    async with a_page(site, ada) as page:
        await page.hello()
        wish, tab = site.store.read(WISH, ada.account), await page.settled()
        assert wish is not None
        assert (wish.tab, tab.tab, tab.device_id, tab.reading) == ("a" * 16, "a" * 16, "device", None)


async def test_report_is_written_down_for_the_worker(site: Site) -> None:
    async with a_page(site, await site.log_in("ada")) as page:
        await page.hello()
        await page.report(1, done=0)
        tab = await page.settled()
        assert tab.reading is not None
        assert (tab.seq, tab.reading.progress_ms, tab.heard_at_ms) == (1, 5_000, site.clock.now_ms())
        assert [one.uri for one in tab.upcoming] == ["spotify:track:b"]


async def test_late_and_reordered_reports_change_nothing(site: Site) -> None:
    async with a_page(site, await site.log_in("ada")) as page:
        await page.hello()
        await page.report(5)
        before = await page.settled()
        await page.report(5, state=None)
        await page.report(4, state={**STATE, "is_playing": False})
        assert await page.settled() == before


@pytest.mark.parametrize("off_ms", [-6_000, 1_000, 3_600_000])
async def test_report_by_a_clock_that_is_off_changes_nothing_and_has_it_compared_again(site: Site, off_ms: int) -> None:
    async with a_page(site, await site.log_in("ada")) as page:
        await page.hello()
        before = await page.settled()
        await page.report(1, at_ms=site.clock.now_ms() + off_ms)
        await page.told("clock")
        assert await page.settled() == before
        await page.report(2)
        assert (await page.settled()).seq == 2


@pytest.mark.parametrize(
    "message",
    [
        "no json",
        "[]",
        '{"type":"dance"}',
        '{"type":"report"}',
        '{"type":"probe","n":-1}',
        '{"type":"probe","n":1,"more":1}',
        '{"type":"hello","tab":"../../etc","browser":"bbbbbbbbbbbbbbbb","device_id":"d","name":"x"}',
        json.dumps({"type": "report", "seq": 1, "at_ms": 1, "trip_ms": 1, "state": {**STATE, "uri": "<script>"}}),
        json.dumps({"type": "report", "seq": 1, "at_ms": 1e308, "trip_ms": -1, "state": None}),
    ],
)
async def test_nonsense_is_refused_in_words_and_changes_nothing(site: Site, message: str) -> None:
    async with a_page(site, await site.log_in("ada")) as page:
        await page.hello()
        before = await page.settled()
        await page.socket.send_str(message)
        assert (await page.told("refused"))["message"]
        assert await page.settled() == before


async def test_position_behind_the_end_is_refused(site: Site) -> None:
    async with a_page(site, await site.log_in("ada")) as page:
        await page.hello()
        await page.report(1, state={**STATE, "position_ms": 300_000})
        assert "end of the track" in (await page.told("refused"))["message"]


async def test_report_before_hello_is_nobodys(site: Site) -> None:
    ada = await site.log_in("ada")
    async with a_page(site, ada) as page:
        await page.report(1)
        await page.say("probe", n=1)
        await page.told("probe")
        assert site.store.read(TAB, ada.account) is None


async def test_reports_of_one_person_tell_nothing_of_another(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    async with a_page(site, ada) as hers, a_page(site, bob) as his:
        await hers.hello()
        await his.hello()  # with the very same names
        await his.report(1, state=None)
        await his.settled()
        await hers.report(1)
        assert (await hers.settled()).reading is not None
        assert (await his.settled()).reading is None


async def test_flood_of_messages_throws_the_page_out(site: Site) -> None:
    async with a_page(site, await site.log_in("ada")) as page:
        await page.hello()
        for number in range(BURST + 5):
            await page.say("probe", n=number)
        assert await page.closed() == 1008


async def test_page_that_keeps_its_pace_is_never_thrown_out(site: Site) -> None:
    async with a_page(site, await site.log_in("ada")) as page:
        await page.hello()
        for number in range(BURST * 3):
            site.clock.advance(seconds=0.25)
            await page.say("probe", n=number)
            await page.told("probe")


async def test_huge_message_throws_the_page_out(site: Site) -> None:
    async with a_page(site, await site.log_in("ada")) as page:
        await page.socket.send_str('{"type":"probe","n":1,"x":"' + "x" * LARGEST + '"}')
        assert await page.closed() == 1008


async def test_page_that_only_talks_nonsense_is_thrown_out(site: Site) -> None:
    async with a_page(site, await site.log_in("ada")) as page:
        for _ in range(MOST_REFUSALS + 3):
            site.clock.advance(seconds=1)
            await page.socket.send_str("nonsense")
        assert await page.closed() == 1008


# One page of a person


async def test_second_page_takes_over_and_the_first_is_told(site: Site) -> None:
    ada = await site.log_in("ada")
    async with a_page(site, ada) as first, a_page(site, ada) as second:
        await first.hello()
        await second.hello("c" * 16, "another")
        await first.told("replaced")
        assert await first.closed() == 1000
        await second.report(1)
        assert (await second.settled()).device_id == "another"


async def test_choosing_a_device_ends_listening_in_the_page(site: Site) -> None:
    ada = await site.log_in("ada")
    site.seen(ada)
    async with a_page(site, ada) as page:
        await page.hello()
        await page.settled()
        await content(await ada.put("/api/me/device", {"device_id": "phone"}))
        await page.told("replaced")
    wish = site.store.read(WISH, ada.account)
    assert wish is not None
    assert (wish.tab, wish.device_id) == ("", "phone")


async def test_who_stops_listening_in_a_page_listens_on_the_device_chosen_before(site: Site) -> None:
    ada = await site.log_in("ada")
    site.seen(ada)
    await content(await ada.put("/api/me/device", {"device_id": "phone"}))
    async with a_page(site, ada) as page:
        await page.hello()
        await page.settled()
        assert (await ada.delete("/api/me/tab")).status_code == 204
        await page.told("replaced")
    assert (await ada.delete("/api/me/tab")).status_code == 204  # once more is fine
    wish = site.store.read(WISH, ada.account)
    assert wish is not None
    assert (wish.tab, wish.device_id) == ("", "phone")


async def test_page_that_goes_is_known_to_be_gone_and_may_come_back(site: Site) -> None:
    ada = await site.log_in("ada")
    async with a_page(site, ada) as page:
        await page.hello()
        await page.report(7)
        await page.say("bye")
        assert (await page.settled()).gone_at_ms == site.clock.now_ms()
    async with a_page(site, ada) as page:
        await page.hello(device_id="new")
        await page.report(1)
        tab = await page.settled()
        assert (tab.gone_at_ms, tab.seq, tab.device_id) == (None, 1, "new")


async def test_good_bye_counts_also_when_the_page_is_gone_before_it_was_taken_in(site: Site) -> None:
    ada = await site.log_in("ada")
    async with a_page(site, ada) as page:
        await page.hello()
        for n in range(10):  # each of which is answered
            await page.say("probe", n=n)
        await page.say("bye")
    async with asyncio.timeout(PATIENCE_S):
        while (tab := site.store.read(TAB, ada.account)) is None or tab.gone_at_ms is None:
            await asyncio.sleep(0.01)


async def test_session_does_not_wait_for_a_page_that_was_closed_before_it(site: Site) -> None:
    ada = await site.log_in("ada")
    group_id = await group_of(ada)
    async with a_page(site, ada) as page:
        await page.hello()
        await page.settled()
        await content(await ada.put(f"/api/groups/{group_id}/session", {"state": "running"}))
        assert (await ada.json(f"/api/groups/{group_id}"))["me"]["tab"] is not None
        await content(await ada.put(f"/api/groups/{group_id}/session", {"state": "stopped"}))
        await page.say("bye")
        await page.settled()
    await content(await ada.put(f"/api/groups/{group_id}/session", {"state": "running"}))
    assert (await ada.json(f"/api/groups/{group_id}"))["me"]["tab"] is None


async def test_browser_that_is_logged_out_is_thrown_out(site: Site) -> None:
    ada = await site.log_in("ada")
    async with a_page(site, ada) as page:
        await page.hello()
        await ada.post("/logout")
        assert await page.closed() == 1008


async def test_server_that_stops_says_that_it_goes(site: Site) -> None:
    async with a_page(site, await site.log_in("ada")) as page:
        await page.hello()
        site.services.stopping.set()
        site.store.changes.wake_all()
        assert await page.closed() == 1001


# Orders


def order(number: int, at_ms: float) -> Order:
    return Order(number, "seek", at_ms, 60_000.0, "spotify:track:a")


async def test_orders_of_the_worker_are_passed_on_once_and_only_to_the_page_they_are_for(site: Site) -> None:
    ada = await site.log_in("ada")
    now_ms = site.clock.now_ms()
    site.worker.write(ORDERS, Orders("a" * 16, (order(1, now_ms),)), ada.account)
    async with a_page(site, ada) as page:
        await page.hello()  # what was ordered before it came is not for it
        site.worker.write(ORDERS, Orders("a" * 16, (order(1, now_ms), order(2, now_ms + 100))), ada.account)
        site.store.changes.notify(ORDERS.path(ada.account))
        told = await page.told("order")
        assert (told["n"], told["kind"], told["at_ms"], told["position_ms"]) == (2, "seek", now_ms + 100, 60_000)
        site.worker.write(ORDERS, Orders("z" * 16, (order(3, now_ms),)), ada.account)
        site.store.changes.notify(ORDERS.path(ada.account))
        stale = Orders("a" * 16, (order(4, now_ms - 60_000), order(5, now_ms)))
        site.worker.write(ORDERS, stale, ada.account)
        site.store.changes.notify(ORDERS.path(ada.account))
        assert (await page.told("order"))["n"] == 5
        await page.report(1, done=2, failed={"n": 5, "message": "no list was loaded"})
        tab = await page.settled()
        assert (tab.done, tab.failed) == (2, 5)


# The token


async def test_page_gets_the_token_of_its_own_person(site: Site) -> None:
    ada = await site.log_in("ada")
    answer = await ada.post("/api/me/tab/token", {})
    body = await content(answer)
    consent = site.store.read(CONSENT, ada.account)
    assert consent is not None
    assert body["access_token"] == site.services.vault.unseal(consent.access_token)
    assert answer.headers["Cache-Control"] == "no-store"


async def test_token_that_spotify_refused_is_given_anew_once_the_worker_has_another(site: Site) -> None:
    ada = await site.log_in("ada")
    consent = site.store.read(CONSENT, ada.account)
    assert consent is not None
    asking = asyncio.create_task(ada.post("/api/me/tab/token", {"refused": True}))
    async with asyncio.timeout(PATIENCE_S):
        while (wish := site.store.read(WISH, ada.account)) is None or not wish.look_rev:  # the worker is asked for it
            await asyncio.sleep(0.01)
    renewed = Token(consent.id, site.services.vault.seal("the next one"), site.clock.now_ms() + 3_600_000)
    site.worker.write(TOKEN, renewed, ada.account)
    site.store.changes.notify(TOKEN.path(ada.account))
    assert (await content(await asking))["access_token"] == "the next one"


async def test_token_that_ran_out_and_is_not_renewed_is_not_given(site: Site) -> None:
    ada = await site.log_in("ada")
    site.clock.advance(seconds=7_200)
    assert await refusal(await ada.post("/api/me/tab/token", {}), 409) == "token_expired"


async def test_who_logged_in_before_the_right_was_asked_for_has_to_do_so_again(site: Site) -> None:
    ada = await site.log_in("ada")
    consent = site.store.read(CONSENT, ada.account)
    assert consent is not None
    old = tuple(scope for scope in SCOPES if scope != "streaming")
    site.store.write(CONSENT, replace(consent, scopes=old), ada.account)
    assert await refusal(await ada.post("/api/me/tab/token", {}), 409) == "lacks_streaming"


@pytest.mark.parametrize("standing", ["needs_login", "not_premium"])
async def test_account_that_can_not_play_in_a_page_is_told_why(site: Site, standing: str) -> None:
    ada = await site.log_in("ada")
    site.seen(ada, standing=standing)
    assert await refusal(await ada.post("/api/me/tab/token", {}), 409) == standing


# What the group's page shows and may load


async def test_group_page_may_load_spotifys_player_and_no_other_page_may(site: Site) -> None:
    ada = await site.log_in("ada")
    group_id = await group_of(ada)
    policy = (await ada.get(f"/groups/{group_id}")).headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["script-src"] == "'self' https://sdk.scdn.co"
    assert rules["frame-src"] == "https://sdk.scdn.co"
    assert rules["connect-src"] == "'self'"
    for address in ("/", "/account", "/history", f"/groups/{group_id}/about"):
        assert "sdk.scdn.co" not in (await ada.get(address)).headers["Content-Security-Policy"], address


async def test_group_state_tells_of_the_page_one_listens_in(site: Site) -> None:
    ada = await site.log_in("ada")
    group_id = await group_of(ada)
    assert (await ada.json(f"/api/groups/{group_id}"))["me"]["tab"] is None
    async with a_page(site, ada) as page:
        await page.hello()
        await page.report(1)
        await page.settled()
        here = {"tab": "a" * 16, "device_name": "SongSwap in Chrome", "is_here": True}
        assert (await ada.json(f"/api/groups/{group_id}"))["me"]["tab"] == here
        site.clock.advance(seconds=60)
        assert (await ada.json(f"/api/groups/{group_id}"))["me"]["tab"] == {**here, "is_here": False}


async def test_trim_of_a_page_is_kept_by_its_browser(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(ada, bob)
    await content(await ada.put(f"/api/groups/{group_id}/session", {"state": "running"}))
    async with a_page(site, bob) as page:
        await page.hello()
        trim = (await bob.json(f"/api/groups/{group_id}"))["me"]["trim"]
        assert trim == {"device_id": f"tab:{'b' * 16}", "device_name": "SongSwap in Chrome", "trim_ms": 0}
        await content(await bob.put("/api/me/trim", {"device_id": trim["device_id"], "trim_ms": 120}))
        await page.hello(device_id="another")
        assert (await bob.json(f"/api/groups/{group_id}"))["me"]["trim"]["trim_ms"] == 120
    assert await refusal(await ada.put("/api/me/trim", {"device_id": "tab:" + "b" * 16, "trim_ms": 5}), 404)
