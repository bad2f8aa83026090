"""A disk that takes its time, or refuses: nobody else waits for it, and nothing is said that it does not hold."""

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from songswap.simulator import World
from songswap.store import Behind
from tests.store.disks import Disk
from tests.web.site import Site, content, group_of, open_site, refusal
from tests.web.streams import Stream, live


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr("os.fsync", disk.fsync)
    return disk


@pytest.fixture
async def site(tmp_path: Path, world: World, disk: Disk) -> AsyncIterator[Site]:
    with Behind() as syncing:
        async with open_site(tmp_path / "store", world, syncing=syncing) as opened:
            opened.store.recover()
            disk.flushed_here = 0
            yield opened
        disk.takes.set()


async def test_nothing_people_do_waits_for_the_disk_on_the_event_loop(site: Site, disk: Disk) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    await content(await ada.put(f"/api/groups/{group}/session", {"state": "running"}))
    post = await content(await bob.post(f"/api/places/chat:{group}/posts", {"text": "hello"}), 201)
    await content(await bob.delete(f"/api/places/chat:{group}/posts/{post['id']}"))
    await ada.delete(f"/api/groups/{group}")
    await ada.delete("/api/me")
    assert disk.flushed > 0
    assert disk.flushed_here == 0


async def next_text(stream: Stream) -> str:
    """What somebody writes next; that Bob has joined may be told after the beginning."""
    while (post := await stream.data("post"))["system"]:
        pass
    return str(post["text"])


async def test_a_message_is_acknowledged_and_shown_once_it_is_on_the_disk(site: Site, disk: Disk) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    place = f"chat:{await group_of(ada, bob)}"
    async with live(bob, place) as stream:
        await stream.data("posts")
        disk.takes.clear()
        sending = asyncio.ensure_future(ada.post(f"/api/places/{place}/posts", {"text": "hello"}))
        await content(await bob.get("/api/me"))  # the server answers others meanwhile
        assert not sending.done()
        disk.takes.set()
        await content(await sending, 201)
        assert await next_text(stream) == "hello"


async def test_a_refused_message_was_never_there(site: Site, disk: Disk) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    place = f"chat:{await group_of(ada, bob)}"
    await content(await ada.post(f"/api/places/{place}/posts", {"text": "first"}), 201)
    async with live(bob, place) as stream:
        await stream.data("posts")
        disk.fault = errno.EIO
        answer = await ada.post(f"/api/places/{place}/posts", {"text": "refused"})
        assert await refusal(answer, 503) == "store_unavailable"
        disk.fault = None
        await content(await ada.post(f"/api/places/{place}/posts", {"text": "second"}), 201)
        assert await next_text(stream) == "second"
    seen = await bob.json(f"/api/places/{place}/posts")
    assert [item["text"] for item in seen["items"]][:2] == ["second", "first"]
    assert not [path for path in site.store.root.glob("groups/*/chat/*") if b"refused" in path.read_bytes()]


async def test_a_change_the_disk_refuses_is_refused_and_undone(site: Site, disk: Disk) -> None:
    ada = await site.log_in("ada")
    group = await group_of(ada)
    disk.fault = errno.ENOSPC
    assert await refusal(await ada.patch(f"/api/groups/{group}", {"name": "Saturday"}), 503) == "store_unavailable"
    disk.fault = None
    assert (await ada.json(f"/api/groups/{group}"))["name"] == "Friday night"
