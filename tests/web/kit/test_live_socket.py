"""One connection carries all that a page follows."""

import asyncio

import pytest
from quart.testing.connections import WebsocketDisconnectError

from songswap.documents import HEARTBEAT, NIGHT, Heartbeat
from songswap.model.session import Night
from songswap.web.group.member_state import scenes_of
from songswap.web.kit import streams
from songswap.web.kit.live_socket import BURST, MOST_FOLLOWED
from tests.web.links import Link, linked
from tests.web.site import Site, content, group_of


async def test_state_chat_and_notices_come_over_one_connection(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    async with linked(bob) as link:
        await link.follow(0, f"/api/groups/{group}/events")
        await link.follow(1, f"/api/live?place=chat:{group}")
        assert await link.data(0, "state") == await bob.json(f"/api/groups/{group}")
        assert "hello" not in str(await link.data(1, "posts"))
        await ada.post(f"/api/places/chat:{group}/posts", {"text": "@bob hello"})
        assert (await link.data(1, "post"))["text"] == "@bob hello"
        await ada.patch(f"/api/groups/{group}", {"name": "New"})
        assert (await link.data(0, "change"))["name"] == "New"
        assert "songswap_event_streams 2.0" in site.services.metrics.text().decode()
    await asyncio.sleep(0)
    assert "songswap_event_streams 0.0" in site.services.metrics.text().decode()


async def test_a_page_is_told_only_what_differs(site: Site) -> None:
    ada = await site.log_in("ada")
    group = await group_of(ada)
    async with linked(ada) as link:
        await link.follow(0, f"/api/groups/{group}/events")
        before = await link.data(0, "state")
        await ada.patch(f"/api/groups/{group}", {"description": "Every Friday"})
        change = await link.data(0, "change")
        assert set(change) == {"now_ms", "description"}
        assert {**before, **change} == await ada.json(f"/api/groups/{group}")


async def test_streams_end_with_the_right_to_them_and_the_others_go_on(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    one, other = await group_of(ada, bob), await group_of(ada, bob)
    async with linked(bob) as link:
        await link.follow(1, f"/api/groups/{one}/events")
        await link.follow(2, f"/api/live?place=chat:{one}")
        await link.follow(3, f"/api/groups/{other}/events")
        for n, name in ((1, "state"), (2, "posts"), (3, "state")):
            await link.data(n, name)
        await ada.delete(f"/api/groups/{one}/members/{bob.account}")
        assert await link.data(1, "gone") == {"reason": "not_a_member"}
        assert await link.data(2, "gone") == {"reason": "not_yours"}
        await ada.patch(f"/api/groups/{other}", {"name": "New"})
        assert (await link.data(3, "change"))["name"] == "New"
        await bob.post("/logout")
        assert await link.data(3, "gone") == {"reason": "logged_out"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/groups/nowhere/events", 404),
        ("/api/groups/%2e%2e/events", 404),
        ("/api/live?place=chat:nowhere", 404),
        ("/api/live?place=", 404),
        ("/api/live", 400),
        ("/api/live?place=feed&more=1", 400),
        ("/api/videos/events?num=x", 400),
        ("/api/me", 404),
        ("/screen/a/b/events", 404),
        ("https://evil.example/", 404),
        ("", 404),
    ],
)
async def test_what_is_not_there_is_refused_and_the_connection_goes_on(site: Site, path: str, status: int) -> None:
    ada = await site.log_in("ada")
    async with linked(ada) as link:
        await link.follow(0, path)
        assert await link.data(0, "refused") == {"status": status}
        await link.follow(0, "/api/me/history/events")
        await link.data(0, "state")


async def test_strangers_get_nothing_of_a_group(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada)
    async with linked(bob) as link:
        for n, path in enumerate((f"/api/groups/{group}/events", f"/api/groups/{group}/interval/events")):
            await link.follow(n, path)
            assert await link.data(n, "refused") == {"status": 404}


async def test_after_a_break_a_page_hears_exactly_what_it_missed(site: Site) -> None:
    ada = await site.log_in("ada")
    chat = f"chat:{await group_of(ada)}"
    async with linked(ada) as link:
        await link.follow(0, f"/api/live?place={chat}")
        await link.data(0, "posts")
        last = link.last[0]
    await ada.post(f"/api/places/{chat}/posts", {"text": "one"})
    async with linked(ada) as link:
        await link.follow(0, f"/api/live?place={chat}", after=last)
        assert (await link.event(0, "post", "posts"))[1]["text"] == "one"


async def test_a_stream_that_was_left_is_heard_no_more(site: Site) -> None:
    ada = await site.log_in("ada")
    group = await group_of(ada)
    async with linked(ada) as link:
        await link.follow(0, f"/api/groups/{group}/events")
        await link.data(0, "state")
        await link.send({"type": "leave", "n": 0})
        await link.follow(1, f"/api/groups/{group}/events")
        await link.data(1, "state")
        assert site.services.watching.of(group) == {ada.account}
        await ada.patch(f"/api/groups/{group}", {"name": "New"})
        await link.data(1, "change")
        assert link.waiting.get(0, []) == []
    await asyncio.sleep(0)
    assert site.services.watching.of(group) == set()


async def thrown_out(link: Link) -> int:
    with pytest.raises(WebsocketDisconnectError) as caught:
        await link.event(99)
    return int(caught.value.args[0])


NONSENSE = ["\x00", "x", "{}", '{"type":"follow"}', '{"type":"follow","n":-1,"path":"/"}', "[" * 9000]


@pytest.mark.parametrize("message", NONSENSE)
async def test_nonsense_is_thrown_out(site: Site, message: str) -> None:
    async with linked(await site.log_in("ada")) as link:
        await link.socket.send(message)
        assert await thrown_out(link) == 1008


async def test_pages_that_want_too_much_are_thrown_out(site: Site) -> None:
    ada = await site.log_in("ada")
    async with linked(ada) as link:
        for n in range(MOST_FOLLOWED + 1):
            await link.follow(n, "/api/me/history/events")
        assert await thrown_out(link) == 1008
    async with linked(ada) as link:
        for _ in range(BURST + 1):
            await link.send({"type": "leave", "n": 0})
        assert await thrown_out(link) == 1008


async def test_a_silent_connection_shows_signs_of_life(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "KEEP_ALIVE_S", 0.01)
    async with linked(await site.log_in("ada")) as link:
        assert await link.socket.receive() == ""


async def test_connections_end_when_the_server_stops(site: Site) -> None:
    ada = await site.log_in("ada")
    async with linked(ada) as link:
        await link.follow(0, f"/api/groups/{await group_of(ada)}/events")
        await link.data(0, "state")
        site.services.stopping.set()
        site.store.changes.wake_all()
        assert await thrown_out(link) == 1001


async def test_a_change_in_one_group_makes_no_other_groups_pages_look(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    mine, other = await group_of(ada), await group_of(bob)
    session = (await content(await ada.put(f"/api/groups/{mine}/session", {"state": "running"})))["session"]["id"]
    async with linked(bob) as link, linked(ada) as page:
        await link.follow(0, f"/api/groups/{other}/events")
        await link.follow(1, f"/api/live?place=chat:{other}")
        await page.follow(0, f"/api/groups/{mine}/events")
        for one, n, name in ((link, 0, "state"), (link, 1, "posts"), (page, 0, "state")):
            await one.data(n, name)
        looked: list[str] = []
        for name, scene in scenes_of(site.services)._scenes.items():
            scene.viewers.append(lambda name=name: looked.append(name))
        for number in range(5):
            site.worker.write(NIGHT, Night(session, ada.account, notice=str(number)), mine)
            assert (await page.data(0, "change"))["notice"] == str(number)
            await ada.post(f"/api/places/chat:{mine}/posts", {"text": "hello"})
        assert looked == [mine] * 5


async def test_what_all_viewers_see_alike_is_read_once_for_them_all(site: Site) -> None:
    ada, bob, cleo = [await site.log_in(name) for name in ("ada", "bob", "cleo")]
    group = await group_of(ada, bob, cleo)
    session = (await content(await ada.put(f"/api/groups/{group}/session", {"state": "running"})))["session"]["id"]
    async with linked(ada) as one, linked(bob) as two, linked(cleo) as three:
        for link in (one, two, three):
            await link.follow(0, f"/api/groups/{group}/events")
            await link.data(0, "state")
        reads: list[str] = []
        read = site.store.read
        site.store.read = lambda document, *names: reads.append(document.pattern) or read(document, *names)  # type: ignore[method-assign, func-returns-value]
        site.worker.write(NIGHT, Night(session, ada.account, notice="now"), group)
        for link in (one, two, three):
            assert (await link.data(0, "change"))["notice"] == "now"
    assert [one for one in reads if one not in {HEARTBEAT.pattern}] == [NIGHT.pattern]


async def test_every_heartbeat_is_no_news_but_that_the_worker_is_back(site: Site) -> None:
    ada = await site.log_in("ada")
    group = await group_of(ada)
    async with linked(ada) as link:
        await link.follow(0, f"/api/groups/{group}/events")
        assert not (await link.data(0, "state"))["is_worker_alive"]
        for _ in range(3):
            site.worker.write(HEARTBEAT, Heartbeat(1, 0.0, site.clock.now_ms()))
            await asyncio.sleep(0)
        assert (await link.data(0, "change"))["is_worker_alive"]
        await ada.patch(f"/api/groups/{group}", {"name": "New"})
        assert set(await link.data(0, "change")) == {"now_ms", "name"}
