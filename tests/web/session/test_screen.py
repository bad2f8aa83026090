"""The screen for the TV: its link is its key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from songswap.documents import HANDED, NIGHT, REQUESTS
from songswap.model.music import Device, Track
from songswap.model.nights import Handed, HandedRequest, Requests, SongRequest
from songswap.model.session import Listener, Night, Timeline
from tests.web.kit.test_event_stream import Feed
from tests.web.site import HOST, Browser, Site, content, group_of, page, refusal

PLAYING, NEXT, WISHED = (Track(f"spotify:track:{name}", name, ("Somebody",), duration_ms=200_000) for name in "abc")


async def screen_of(host: Browser, group_id: str) -> str:
    """The path of a new screen link."""
    state = await content(await host.post(f"/api/groups/{group_id}/screen"), 201)
    return urlsplit(state["screen_url"]).path


@asynccontextmanager
async def feed_at(browser: Browser, path: str) -> AsyncIterator[Feed]:
    connection = browser.client.request(path, headers={"Host": HOST})
    async with connection:
        await connection.send_complete()
        yield Feed(connection)
        await connection.disconnect()


async def shown(site: Site, path: str) -> Any:
    async with feed_at(site.browser(), f"{path}/events") as feed:
        return await feed.state()


async def test_whoever_has_the_link_sees_the_screen_without_a_log_in(site: Site) -> None:
    host = await site.log_in("ada")
    path = await screen_of(host, await group_of(host))
    tv = site.browser()
    assert "Friday night" in await page(await tv.get(path))
    assert (await shown(site, path))["name"] == "Friday night"


@pytest.mark.parametrize("part", ["", "/events", "/invite.svg"])
async def test_forged_old_and_missing_secrets_open_nothing(site: Site, part: str) -> None:
    host = await site.log_in("ada")
    group_id, other_id = await group_of(host), await group_of(host, name="Other")
    old = await screen_of(host, group_id)
    new = await screen_of(host, group_id)
    secret = new.rpartition("/")[2]
    forged = [old, f"/screen/{group_id}/{secret[:-1]}", f"/screen/{group_id}/%C3%BC", f"/screen/{other_id}/{secret}"]
    for path in [*forged, f"/screen/nope/{secret}", f"/screen/{other_id}/x"]:
        assert (await site.browser().get(f"{path}{part}")).status_code == 404, path
    if not part:
        assert (await site.browser().get(new)).status_code == 200


async def test_invite_does_not_open_the_screen_and_the_screen_does_not_join(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host)
    secret = (await screen_of(host, group_id)).rpartition("/")[2]
    state = await host.json(f"/api/groups/{group_id}")
    assert (await guest.get(f"/screen/{group_id}/{state['invite_url'].rpartition('/')[2]}")).status_code == 404
    assert await refusal(await guest.post(f"/api/groups/{group_id}/members", {"invite": secret}), 403)


async def test_new_link_ends_the_feed_of_the_old(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    async with feed_at(site.browser(), f"{await screen_of(host, group_id)}/events") as feed:
        await feed.state()
        await screen_of(host, group_id)
        name, _, data = await feed.event()
        assert (name, data) == ("gone", {"reason": "link_replaced"})
        await feed.end()


async def test_host_and_co_hosts_have_the_link_and_listeners_do_not(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    assert (await host.json(f"/api/groups/{group_id}"))["screen_url"] is None
    assert await refusal(await guest.post(f"/api/groups/{group_id}/screen"), 403) == "not_allowed"
    await screen_of(host, group_id)
    assert (await guest.json(f"/api/groups/{group_id}"))["screen_url"] is None
    await host.patch(f"/api/groups/{group_id}/members/{guest.account}", {"role": "co-host"})
    assert (await guest.json(f"/api/groups/{group_id}"))["screen_url"]
    await screen_of(guest, group_id)


async def test_screen_shows_the_music_and_who_wished_for_it_and_nothing_private(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    site.seen(guest)
    group_id = await group_of(host, guest)
    path = await screen_of(host, group_id)
    session_id = (await content(await host.put(f"/api/groups/{group_id}/session", {"state": "running"})))["session"][
        "id"
    ]
    now_ms = site.clock.now_ms()
    bob = Listener(guest.account, 1, device_name="Bob’s secret phone", status="trouble", message="A private error")
    night = Night(
        session_id,
        host.account,
        timeline=Timeline(1, PLAYING, 5_000.0, now_ms, True, upcoming=(NEXT,), plays=7),
        listeners={guest.account: bob},
        host_status="in_sync",
        host_device=Device("d", "Ada’s secret speaker", "Speaker"),
        click_error="A private problem",
    )
    site.worker.write(NIGHT, night, group_id)
    mine = SongRequest("r1", guest.account, PLAYING, now_ms)
    site.worker.write(HANDED, Handed(session_id, (HandedRequest(mine, 6, is_sent=True, heard_in=7),)), group_id)
    wished = SongRequest("r2", guest.account, WISHED, now_ms)
    site.store.write(REQUESTS, Requests(session_id, waiting=(wished,)), group_id)

    state = await shown(site, path)
    assert state["playback"]["song"] == {
        "name": "a", "artists": "Somebody", "cover_url": None, "requested_by": "Bob",
    }  # fmt: skip
    assert [(song["name"], song["requested_by"]) for song in state["coming"]] == [("c", "Bob"), ("b", "")]
    assert [(one["name"], one["mood"]) for one in state["listeners"]] == [("Ada", "good"), ("Bob", "")]
    for said in (str(state), await site.browser().text(path)):
        for private in (host.account, guest.account, "secret", "private", "uri"):
            assert private not in said.replace("style.css", ""), private


async def test_the_invite_is_on_the_screen_only_if_the_host_wants_it(site: Site) -> None:
    host, co_host = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(host, co_host)
    await host.patch(f"/api/groups/{group}/members/{co_host.account}", {"role": "co-host"})
    path = await screen_of(host, group)
    tv = site.browser()
    assert (await shown(site, path))["join_until_ms"] is None
    assert (await tv.get(f"{path}/invite.svg")).status_code == 404
    wish = {"has_invite_on_screen": True}
    assert await refusal(await co_host.patch(f"/api/groups/{group}", wish), 403) == "not_allowed"
    assert (await content(await host.patch(f"/api/groups/{group}", wish)))["has_invite_on_screen"]
    assert (await tv.get(f"{path}/invite.svg")).mimetype == "image/svg+xml"
    assert (await shown(site, path))["join_until_ms"] is not None
    await host.patch(f"/api/groups/{group}", {"has_invite_on_screen": False})
    assert (await tv.get(f"{path}/invite.svg")).status_code == 404


async def test_code_is_gone_once_the_invite_has_expired(site: Site) -> None:
    host = await site.log_in("ada")
    group = await group_of(host)
    path = await screen_of(host, group)
    await host.patch(f"/api/groups/{group}", {"has_invite_on_screen": True})
    assert (await shown(site, path))["join_until_ms"] is not None
    site.clock.advance(days=15)
    assert (await shown(site, path))["join_until_ms"] is None


async def test_page_holds_no_inline_script_or_style(site: Site) -> None:
    host = await site.log_in("ada")
    text = await site.browser().text(await screen_of(host, await group_of(host)))
    assert " style=" not in text
    assert "<style" not in text
    assert text.count("<script") == text.count("application/json") + text.count("screen.js")
