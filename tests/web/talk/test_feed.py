from typing import Any

from songswap.documents import CIRCLE, PROFILE
from songswap.model.posts import Place
from songswap.model.profiles import Circle, Profile
from songswap.web.talk.post_commands import say
from tests.web.site import Browser, Site, content, group_of
from tests.web.streams import live


async def wrote(browser: Browser, place: str, text: str, **body: Any) -> Any:
    return await content(await browser.post(f"/api/places/{place}/posts", {"text": text, **body}), 201)


async def feed(browser: Browser, query: str = "") -> list[str]:
    return [post["text"] for post in (await browser.json(f"/api/me/feed{query}"))["items"]]


async def test_the_feed_holds_what_people_and_groups_of_mine_wrote(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group = await group_of(ada, bob)
    for browser, name in ((ada, "Ada"), (bob, "Bob"), (cleo, "Cleo")):
        site.store.write(PROFILE, Profile(sections={"posts": "groups"}), browser.account)
        site.clock.advance(seconds=1)
        await wrote(browser, f"wall:{browser.account}", name)
    site.clock.advance(seconds=1)
    await wrote(ada, f"group:{group}", "to the group")
    await wrote(ada, f"chat:{group}", "in the chat")
    assert await feed(bob) == ["to the group", "Bob", "Ada"]
    assert await feed(cleo) == ["Cleo"]


async def test_followed_people_are_in_it_as_far_as_they_show_their_posts(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    await wrote(ada, f"wall:{ada.account}", "hello")
    site.store.write(CIRCLE, Circle(follows=(ada.account, "gone")), bob.account)
    assert await feed(bob) == []
    site.store.write(PROFILE, Profile(audience="everybody", sections={"posts": "everybody"}), ada.account)
    assert await feed(bob) == ["hello"]
    site.store.write(CIRCLE, Circle(follows=(ada.account,), blocked=(ada.account,)), bob.account)
    assert await feed(bob) == []


async def test_muted_people_and_groups_are_not_in_it(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    quiet, loud = await group_of(ada, bob), await group_of(ada, bob)
    await wrote(ada, f"group:{quiet}", "quiet")
    await wrote(ada, f"group:{loud}", "loud")
    site.store.write(CIRCLE, Circle(muted_groups=(loud,)), bob.account)
    assert await feed(bob) == ["quiet"]
    site.store.write(CIRCLE, Circle(muted=(ada.account,)), bob.account)
    assert await feed(bob) == []


async def test_a_milestone_is_for_those_who_see_the_section_it_tells_of(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    await group_of(ada, bob)
    site.store.write(PROFILE, Profile(sections={"posts": "groups", "streak": "me"}), ada.account)
    say(site.services, Place("wall", ada.account), "streak", "7 days in a row", by=ada.account, key="streak-7")
    say(site.services, Place("wall", ada.account), "streak", "7 days in a row", by=ada.account, key="streak-7")
    assert (await feed(ada), await feed(bob)) == (["7 days in a row"], [])
    site.store.write(PROFILE, Profile(sections={"posts": "groups", "streak": "groups"}), ada.account)
    assert await feed(bob) == ["7 days in a row"]


async def test_the_feed_is_read_page_by_page(site: Site) -> None:
    ada = await site.log_in("ada")
    groups = [await group_of(ada) for _ in range(2)]
    places = [f"wall:{ada.account}", *(f"group:{group}" for group in groups)]
    for number in range(9):
        await wrote(ada, places[number % 3], str(number))  # three in the same millisecond
        site.clock.advance(seconds=number % 2)
    seen: list[str] = []
    cursor = ""
    while True:
        page = await ada.json(f"/api/me/feed?limit=2{cursor}")
        seen += [post["text"] for post in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(seen) == sorted(map(str, range(9)))
    assert len(seen) == 9


async def test_the_feed_is_live(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group, other = await group_of(ada, bob), await group_of(ada, cleo)
    async with live(bob, "feed") as stream:
        await wrote(ada, f"group:{other}", "not for Bob")
        post = await wrote(ada, f"group:{group}", "for Bob")
        assert await stream.data("post") == post
        await wrote(ada, f"chat:{group}", "psst")
        assert await stream.data("unread") == {"group": group, "name": "Friday night", "count": 1}
        reply = await wrote(ada, f"group:{group}", "and this", answers=post["id"])
        assert await stream.data("post") == reply


async def test_what_was_said_since_is_counted_until_it_is_read(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    assert await bob.json("/api/me/unread") == {"items": []}
    posts = [await wrote(ada, f"chat:{group}", str(number)) for number in range(3)]
    await wrote(bob, f"chat:{group}", "mine does not count")
    assert await bob.json("/api/me/unread") == {"items": [{"group": group, "name": "Friday night", "count": 3}]}
    read = await content(await bob.put(f"/api/groups/{group}/chat/read", {"up_to": posts[1]["id"]}))
    assert read["count"] == 1
    back = await content(await bob.put(f"/api/groups/{group}/chat/read", {"up_to": posts[0]["id"]}))
    assert back["count"] == 1
    ahead = await content(await bob.put(f"/api/groups/{group}/chat/read", {"up_to": "9999999999999999"}))
    assert ahead["count"] == 0
    site.clock.advance(seconds=1)
    await wrote(ada, f"chat:{group}", "one more")
    assert (await bob.json("/api/me/unread"))["items"][0]["count"] == 1
