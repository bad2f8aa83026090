import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest
from quart.testing.connections import TestHTTPConnection as HTTPConnection

from songswap.documents import HEARTBEAT, NIGHT, Heartbeat
from songswap.model.session import Night
from songswap.web.kit import streams as events
from tests.web.site import HOST, Browser, Site, content, group_of


class Feed:
    """A group's feed as a browser reads it."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection
        self._text = ""

    async def block(self) -> str:
        """The next block of lines, whatever it is."""
        while "\n\n" not in self._text:
            self._text += (await self._connection.receive()).decode()
        block, self._text = self._text.split("\n\n", 1)
        return block

    async def event(self) -> tuple[str, int, Any]:
        """Name, id and data of the next event."""
        while not (block := await self.block()).startswith("event:"):
            pass
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        return fields["event"], int(fields["id"]), msgspec.json.decode(fields["data"])

    async def state(self) -> Any:
        """The next state."""
        name, _, data = await self.event()
        assert name == "state"
        return data

    async def end(self) -> None:
        """Returns when the server has ended the feed: its last part is empty."""
        while await self._connection.receive():
            pass


@asynccontextmanager
async def feed_of(browser: Browser, group_id: str) -> AsyncIterator[Feed]:
    cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.client.cookie_jar)
    connection = browser.client.request(f"/api/groups/{group_id}/events", headers={"Host": HOST, "Cookie": cookie})
    async with connection:
        await connection.send_complete()
        yield Feed(connection)
        await connection.disconnect()


async def test_first_event_is_the_whole_state(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    async with feed_of(host, group_id) as feed:
        assert await feed.block() == "retry: 2000"
        assert await feed.state() == await host.json(f"/api/groups/{group_id}")


async def test_changes_arrive_with_growing_ids(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    async with feed_of(host, group_id) as feed:
        _, first, _ = await feed.event()
        await host.patch(f"/api/groups/{group_id}", {"name": "New"})
        _, second, renamed = await feed.event()
        await host.put(f"/api/groups/{group_id}/session", {"state": "running"})
        _, third, started = await feed.event()
    assert renamed["name"] == "New"
    assert started["session"]["state"] == "running"
    assert first < second < third


async def test_what_the_worker_writes_arrives(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    running = await content(await host.put(f"/api/groups/{group_id}/session", {"state": "running"}))
    async with feed_of(host, group_id) as feed:
        await feed.state()
        site.worker.write(NIGHT, Night(running["session"]["id"], host.account, notice="Hello"), group_id)
        assert (await feed.state())["notice"] == "Hello"


async def test_writes_that_change_nothing_are_not_sent(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    site.worker.write(HEARTBEAT, Heartbeat(1, 0.0, site.clock.now_ms()))
    async with feed_of(host, group_id) as feed:
        await feed.state()
        for _ in range(5):
            site.clock.advance(seconds=5)
            site.worker.write(HEARTBEAT, Heartbeat(1, 0.0, site.clock.now_ms()))
            await asyncio.sleep(0.01)  # let the feed look
        await host.patch(f"/api/groups/{group_id}", {"name": "New"})
        assert (await feed.state())["name"] == "New"


async def test_silent_feed_shows_signs_of_life(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "KEEP_ALIVE_S", 0.01)
    host = await site.log_in("ada")
    async with feed_of(host, await group_of(host)) as feed:
        await feed.state()
        assert await feed.block() == ": still here"
        site.clock.advance(seconds=20)
        assert await feed.block() == ": still here"


async def test_removed_member_is_told_and_the_feed_ends(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    async with feed_of(guest, group_id) as feed:
        await feed.state()
        await host.delete(f"/api/groups/{group_id}/members/{guest.account}")
        name, _, data = await feed.event()
        assert (name, data) == ("gone", {"reason": "not_a_member"})
        await feed.end()


async def test_logged_out_browser_is_told_and_the_feed_ends(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    async with feed_of(host, group_id) as feed:
        await feed.state()
        await host.post("/logout")
        name, _, data = await feed.event()
        assert (name, data) == ("gone", {"reason": "logged_out"})
        await feed.end()


async def test_every_feed_ends_when_the_server_stops(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    async with feed_of(host, group_id) as one, feed_of(host, group_id) as another:
        await one.state()
        await another.state()
        site.services.stopping.set()
        site.store.changes.wake_all()
        await one.end()
        await another.end()


async def test_feeds_are_counted_while_they_last(site: Site) -> None:
    host = await site.log_in("ada")
    async with feed_of(host, await group_of(host)) as feed:
        await feed.state()
        assert "songswap_event_streams 1.0" in await host.text("/metrics")
    assert "songswap_event_streams 0.0" in await host.text("/metrics")
