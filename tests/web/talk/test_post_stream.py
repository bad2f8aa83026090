import asyncio
from typing import Any

import pytest

from songswap.documents import CIRCLE, PROFILE
from songswap.model.profiles import Circle, Profile
from songswap.web.kit import streams as module
from songswap.web.kit.broadcast import MOST_WAITING, REPLAYED
from songswap.web.kit.rate_limiter import Pace
from songswap.web.talk.post_commands import say
from songswap.web.talk.post_places import place_of
from tests.web.site import Browser, Site, content, group_of
from tests.web.streams import Stream, live


async def wrote(browser: Browser, place: str, text: str) -> Any:
    return await content(await browser.post(f"/api/places/{place}/posts", {"text": text}), 201)


async def read(stream: Stream, count: int) -> list[str]:
    return [(await stream.data("post"))["text"] for _ in range(count)]


async def test_a_page_has_the_latest_first_and_then_each_message_and_change(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    place = f"chat:{await group_of(ada, bob)}"
    first = await wrote(ada, place, "one")
    async with live(bob, place) as stream:
        assert (await stream.data("posts"))["items"][0] == first
        second = await wrote(ada, place, "two")
        assert await stream.data("post") == second
        await ada.put(f"/api/places/{place}/posts/{second['id']}/reactions/🔥")
        assert (await stream.data("post"))["reactions"][0]["emoji"] == "🔥"
        await ada.delete(f"/api/places/{place}/posts/{first['id']}")
        assert (await stream.data("post"))["is_removed"]


async def test_nothing_is_lost_or_doubled_over_many_breaks(site: Site) -> None:
    site.services.writing_pace = Pace(10_000)
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    place = f"chat:{await group_of(ada, bob)}"
    seen: list[str] = []
    last = ""
    sent = 0
    for break_ in range(12):
        async with live(bob, place, last) as stream:
            if break_ == 0:
                await stream.data("posts")
            else:
                seen += await read(stream, 3)  # what came during the break
            for _ in range(4):
                await wrote(ada, place, f"{sent}")
                sent += 1
            seen += await read(stream, 4)
            last = stream.last_id
        for _ in range(3):
            await wrote(ada, place, f"{sent}")
            sent += 1
    async with live(bob, place, last) as stream:
        seen += await read(stream, 3)
    assert seen == [str(number) for number in range(sent)]


async def test_after_a_restart_a_page_begins_anew_and_pages_back_to_the_rest(site: Site) -> None:
    ada = await site.log_in("ada")
    place = f"chat:{await group_of(ada)}"
    async with live(ada, place, "0badcafe-17") as stream:
        assert (await stream.data("posts"))["items"] == []
        await wrote(ada, place, "hello")
        assert await read(stream, 1) == ["hello"]
        assert stream.last_id.startswith(site.services.hub.epoch)


async def test_a_page_away_for_too_long_begins_anew(site: Site) -> None:
    ada = await site.log_in("ada")
    place = f"chat:{await group_of(ada)}"
    async with live(ada, place) as stream:
        await stream.data("posts")
        last = stream.last_id
    for number in range(REPLAYED + 5):
        say(site.services, place_of(place), "skip_passed", str(number))
    async with live(ada, place, last) as stream:
        posts = await stream.data("posts")
        assert [post["text"] for post in posts["items"]][:2] == [str(REPLAYED + 4), str(REPLAYED + 3)]
        assert posts["next"]


async def test_a_page_that_can_not_keep_up_begins_anew(site: Site) -> None:
    ada = await site.log_in("ada")
    place = f"chat:{await group_of(ada)}"
    async with live(ada, place) as stream:
        await stream.data("posts")
        for number in range(MOST_WAITING + 5):
            say(site.services, place_of(place), "skip_passed", str(number))
        posts = await stream.data("posts")
        assert posts["items"][0]["text"] == str(MOST_WAITING + 4)


@pytest.mark.parametrize("last", ["x", "-", "a-b", "0-", "٣-٣", "-1", "1" * 40, "%00"])
async def test_forged_event_ids_begin_anew(site: Site, last: str) -> None:
    ada = await site.log_in("ada")
    place = f"chat:{await group_of(ada)}"
    async with live(ada, f"{place}&after={last}" if last.isascii() else place) as stream:
        assert (await stream.data("posts"))["items"] == []


async def test_whoever_leaves_hears_no_more(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    async with live(bob, f"chat:{group}") as stream:
        await stream.data("posts")
        await ada.delete(f"/api/groups/{group}/members/{bob.account}")
        assert await stream.data("gone") == {"reason": "not_yours"}


async def test_whoever_logs_out_hears_no_more(site: Site) -> None:
    ada = await site.log_in("ada")
    place = f"chat:{await group_of(ada)}"
    async with live(ada, place) as stream, live(ada, "feed") as home:
        await stream.data("posts")
        await ada.post("/logout")
        assert await stream.data("gone") == {"reason": "not_yours"}
        assert await home.data("gone") == {"reason": "not_yours"}


async def test_a_profile_that_is_closed_meanwhile_is_gone(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    await group_of(ada, bob)
    site.store.write(PROFILE, Profile(sections={"posts": "groups"}), ada.account)
    async with live(bob, f"wall:{ada.account}") as stream:
        await stream.data("posts")
        site.store.write(PROFILE, Profile(), ada.account)
        await stream.data("gone")


async def test_messages_of_those_blocked_meanwhile_do_not_come(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    place = f"chat:{await group_of(ada, bob, cleo)}"
    async with live(cleo, place) as stream:
        await stream.data("posts")
        site.store.write(CIRCLE, Circle(blocked=(bob.account,)), cleo.account)
        await wrote(bob, place, "from Bob")
        await wrote(ada, place, "from Ada")
        assert await read(stream, 1) == ["from Ada"]


async def test_who_is_here_and_who_is_typing_is_shown(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    async with live(ada, f"chat:{group}") as stream:
        assert [one["id"] for one in (await stream.data("presence"))["here"]] == [ada.account]
        async with live(bob, f"chat:{group}"):
            both = await stream.data("presence")
            assert (both["count"], len(both["here"])) == (2, 2)
            await bob.post(f"/api/groups/{group}/chat/typing")
            assert [one["id"] for one in (await stream.data("presence"))["typing"]] == [bob.account]
            await wrote(bob, f"chat:{group}", "there")
            assert (await stream.data("presence"))["typing"] == []
        assert (await stream.data("presence"))["count"] == 1


async def test_nobody_is_shown_to_be_here_to_those_a_block_keeps_apart(site: Site) -> None:
    ada, bob, cleo = [await site.log_in(name) for name in ("ada", "bob", "cleo")]
    place = f"chat:{await group_of(ada, bob, cleo)}"
    site.store.write(CIRCLE, Circle(blocked=(bob.account,)), ada.account)
    async with live(ada, place), live(cleo, place), live(bob, place) as stream:
        while (seen := await stream.data("presence"))["count"] < 2:
            pass
        assert {one["id"] for one in seen["here"]} == {bob.account, cleo.account}
        await ada.post(f"/api/groups/{place.removeprefix('chat:')}/chat/typing")
        assert (await stream.data("presence"))["typing"] == []


@pytest.mark.parametrize("blocks", ["ada", "bob"])
async def test_a_post_names_none_of_those_a_block_keeps_apart(site: Site, blocks: str) -> None:
    people = {name: await site.log_in(name) for name in ("ada", "bob", "cleo")}
    ada, bob, cleo = people.values()
    group = await group_of(cleo, ada, bob)
    handle = (await ada.json("/api/me/profile"))["handle"]
    for place in (f"group:{group}", f"chat:{group}"):
        other = bob if blocks == "ada" else ada
        site.store.write(CIRCLE, Circle(), people[blocks].account)
        post = await wrote(cleo, place, f"hello @{handle}")
        assert [one["id"] for one in post["mentions"]] == [ada.account]
        site.store.write(CIRCLE, Circle(blocked=(other.account,)), people[blocks].account)
        async with live(bob, place) as stream:
            first = (await stream.data("posts"))["items"][0]
            await ada.put(f"/api/places/{place}/posts/{post['id']}/reactions/🔥")
            for seen in (first, await stream.data("post"), await bob.json(f"/api/places/{place}/posts/{post['id']}")):
                assert (seen["mentions"], seen["reactions"]) == ([], [])
        for_all = await cleo.json(f"/api/places/{place}/posts/{post['id']}")
        assert [one["id"] for one in for_all["reactions"][0]["by"]] == [ada.account]
        if not place.startswith("chat"):
            assert ada.account not in str((await bob.json("/api/me/feed"))["items"])


async def test_a_silent_page_is_given_signs_of_life(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEEP_ALIVE_S", 0.01)
    ada = await site.log_in("ada")
    place = f"chat:{await group_of(ada)}"
    async with live(ada, place) as stream:
        await stream.data("posts")
        await asyncio.sleep(0.05)
        await wrote(ada, place, "still there?")
        assert await read(stream, 1) == ["still there?"]
