"""Who is told of what: by API, page, and live."""

from typing import Any

import pytest
from msgspec.structs import replace

from songswap.documents import CIRCLE, CONSENT, NOTICES, PROFILE
from songswap.model.profiles import Circle, Profile
from songswap.spotify.oauth import CONSENT_LIFETIME_MS
from songswap.web.people.accounts import consent_of
from songswap.web.talk.notices import tell_of_wish_to_join
from tests.web.site import Browser, Site, content, group_of, page, refusal
from tests.web.streams import live


async def wrote(browser: Browser, place: str, text: str, **body: Any) -> Any:
    return await content(await browser.post(f"/api/places/{place}/posts", {"text": text, **body}), 201)


async def told(browser: Browser) -> list[tuple[str, str]]:
    """Kind and words of each notice."""
    items = (await browser.json("/api/me/notices"))["items"]
    return [(one["kind"], f"{one['who']} {one['did']}".strip()) for one in items]


def handle(site: Site, person: Browser) -> str:
    account = site.services.directory.get(person.account)
    assert account
    return account.handle


async def test_mentions_replies_posts_on_a_profile_and_reactions_are_told(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob, name="Friday")
    site.store.write(PROFILE, Profile(sections={"posts": "groups"}), ada.account)
    post = await wrote(ada, f"group:{group}", "who is in?")
    await wrote(bob, f"group:{group}", "me", answers=post["id"])
    await bob.put(f"/api/places/group:{group}/posts/{post['id']}/reactions/🎉")
    await wrote(bob, f"wall:{ada.account}", "nice list")
    await wrote(bob, f"chat:{group}", f"@{handle(site, ada)} look\nhere")
    assert await told(ada) == [
        ("mention", "Bob mentioned you in the chat of Friday"),
        ("wall", "Bob wrote on your profile"),
        ("reaction", "Bob reacted to your post in Friday"),
        ("reply", "Bob replied to you in Friday"),
    ]
    first, *_, reaction, _ = (await ada.json("/api/me/notices"))["items"]
    assert first["excerpt"] == f"@{handle(site, ada)} look here"
    assert (reaction["emoji"], reaction["excerpt"], reaction["is_seen"]) == (["🎉"], "who is in?", False)
    assert await told(bob) == []


async def test_a_mention_is_told_once_however_often_a_post_is_changed(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    place = f"chat:{await group_of(ada, bob)}"
    post = await wrote(bob, place, "hello")
    for text in (f"@{handle(site, ada)} 1", "2", f"@{handle(site, ada)} 3"):
        await content(await bob.patch(f"/api/places/{place}/posts/{post['id']}", {"text": text}))
    assert [kind for kind, _ in await told(ada)] == ["mention"]


async def test_what_is_sent_twice_is_told_once(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    place = f"chat:{await group_of(ada, bob)}"
    for _ in range(2):
        key = {"Idempotency-Key": "one"}
        await bob.post(f"/api/places/{place}/posts", {"text": f"@{handle(site, ada)}"}, headers=key)
    assert len(await told(ada)) == 1


async def test_reactions_to_one_post_are_folded_and_those_taken_back_forgotten(site: Site) -> None:
    ada, bob, cleo, dario = [await site.log_in(one) for one in ("ada", "bob", "cleo", "dario")]
    place = f"chat:{await group_of(ada, bob, cleo, dario, name='Friday')}"
    post = await wrote(ada, place, "song!")
    address = f"/api/places/{place}/posts/{post['id']}/reactions"
    for one in (bob, cleo, dario, ada):
        await one.put(f"{address}/🔥")
    assert await told(ada) == [("reaction", "Dario and 2 others reacted to your post in the chat of Friday")]
    await dario.delete(f"{address}/🔥")
    assert await told(ada) == [("reaction", "Cleo and Bob reacted to your post in the chat of Friday")]
    for one in (bob, cleo):
        await one.delete(f"{address}/🔥")
    assert await told(ada) == []


CIRCLES = {
    "I muted them": ("ada", Circle(muted=("bob",))),
    "I blocked them": ("ada", Circle(blocked=("bob",))),
    "they blocked me": ("bob", Circle(blocked=("ada",))),
    "they muted me": ("bob", Circle(muted=("ada",))),
    "I muted the group": ("ada", Circle(muted_groups=("group",))),
}


async def obstruct(site: Site, obstacle: str, ada: Browser, bob: Browser, group: str) -> None:
    if obstacle in CIRCLES:
        whose, circle = CIRCLES[obstacle]
        ids = {"ada": ada.account, "bob": bob.account, "group": group}
        named = {field: tuple(ids[one] for one in getattr(circle, field)) for field in circle.__struct_fields__}
        site.store.write(CIRCLE, Circle(**named), ids[whose])
    elif obstacle == "I switched it off":
        await content(await ada.patch("/api/me/notice-settings", {"kinds": {"mention": False}}))
    elif obstacle == "I left the group":
        await ada.delete(f"/api/groups/{group}/members/{ada.account}")


@pytest.mark.parametrize(
    ("obstacle", "hears_then", "reads_before"),
    [
        ("none", True, True),
        ("I muted them", False, False),
        ("I blocked them", False, False),
        ("they blocked me", False, False),
        ("they muted me", True, True),
        ("I muted the group", False, True),
        ("I switched it off", False, True),
        ("I left the group", False, False),
    ],
)
async def test_who_hears_of_a_mention(site: Site, obstacle: str, hears_then: bool, reads_before: bool) -> None:
    """`hears_then`: of what is written when it is in the way; `reads_before`: what was told before it was."""
    ada, host, bob = await site.log_in("ada"), await site.log_in("cleo"), await site.log_in("bob")
    group = await group_of(host, ada, bob)
    await wrote(bob, f"chat:{group}", f"@{handle(site, ada)} before")
    await obstruct(site, obstacle, ada, bob, group)
    await wrote(bob, f"chat:{group}", f"@{handle(site, ada)} then")
    heard = (await ada.json("/api/me/notices"))["items"]
    expected = ["then"] * hears_then + ["before"] * reads_before
    assert [one["excerpt"].split()[-1] for one in heard] == expected
    assert (await ada.json("/api/me/notices"))["unread"] == len(expected)


async def test_nothing_is_left_of_what_was_removed_or_of_who_is_gone(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    place = f"chat:{await group_of(ada, bob, cleo)}"
    post = await wrote(bob, place, f"@{handle(site, ada)}")
    await wrote(cleo, place, f"@{handle(site, ada)}")
    await bob.delete(f"/api/places/{place}/posts/{post['id']}")
    assert len(await told(ada)) == 1
    await cleo.delete("/api/me")
    assert await told(ada) == []
    assert cleo.account not in str(site.store.read(NOTICES, ada.account))


async def test_a_wish_to_join_is_told_to_those_who_can_grant_it_each_time(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    dario = await site.log_in("dario")
    group_id = await group_of(ada, bob, cleo, name="Friday")
    await ada.patch(f"/api/groups/{group_id}/members/{bob.account}", {"role": "co-host"})
    group = site.services.groups.get(group_id)
    assert group
    tell_of_wish_to_join(site.services, group, dario.account)
    site.clock.advance(minutes=5)
    tell_of_wish_to_join(site.services, group, dario.account)
    for one, count in ((ada, 2), (bob, 2), (cleo, 0)):
        assert await told(one) == [("asks_to_join", "Dario would like to join Friday")] * count


async def test_a_login_that_ends_is_announced_once_at_each_stage(site: Site) -> None:
    ada = await site.log_in("ada")
    consent = consent_of(site.store, ada.account)
    assert consent
    for days_left, count in ((60, 0), (29, 1), (28, 1), (6, 2), (-1, 3)):
        granted_ms = site.clock.now_ms() + days_left * 86_400_000 - CONSENT_LIFETIME_MS
        site.store.write(CONSENT, replace(consent, granted_at_ms=granted_ms), ada.account)
        await page(await ada.get("/account"))
        assert len(await told(ada)) == count, days_left


async def test_what_was_seen_is_counted_no_more(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    place = f"chat:{await group_of(ada, bob)}"
    for number in range(3):
        await wrote(bob, place, f"@{handle(site, ada)} {number}")
    listed = await ada.json("/api/me/notices")
    assert listed["unread"] == 3
    assert 'aria-label="Notices, 3 new"' in await ada.text("/account")
    newest, second, _ = (one["n"] for one in listed["items"])
    assert await content(await ada.put("/api/me/notices/seen", {"up_to": second})) == {"unread": 1}
    assert await content(await ada.put("/api/me/notices/seen", {"up_to": 0})) == {"unread": 1}
    assert await content(await ada.put("/api/me/notices/seen", {"up_to": newest + 10})) == {"unread": 0}
    assert [one["is_seen"] for one in (await ada.json("/api/me/notices"))["items"]] == [True] * 3
    assert 'aria-label="Notices"' in await ada.text("/account")
    await wrote(bob, place, f"@{handle(site, ada)} again")
    assert (await ada.json("/api/me/notices"))["unread"] == 1


async def test_pages_of_notices_follow_on_each_other(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    place = f"chat:{await group_of(ada, bob)}"
    for number in range(7):
        await wrote(bob, place, f"@{handle(site, ada)} {number}")
    seen, cursor = [], ""
    while True:
        part = await ada.json(f"/api/me/notices?limit=3{cursor}")
        seen += [one["excerpt"][-1] for one in part["items"]]
        if part["next"] is None:
            break
        cursor = f"&cursor={part['next']}"
    assert seen == list("6543210")
    assert await refusal(await ada.get("/api/me/notices?cursor=x"), 400) == "invalid"


async def test_settings_change_what_is_given_and_refuse_what_is_no_kind(site: Site) -> None:
    ada = await site.log_in("ada")
    assert set((await ada.json("/api/me/notice-settings"))["kinds"].values()) == {True}
    changed = await content(await ada.patch("/api/me/notice-settings", {"kinds": {"reply": False}}))
    assert [kind for kind, is_on in changed["kinds"].items() if not is_on] == ["reply"]
    again = await content(await ada.patch("/api/me/notice-settings", {"kinds": {"wall": False, "reply": True}}))
    assert [kind for kind, is_on in again["kinds"].items() if not is_on] == ["wall"]
    for body in ({"kinds": {"poke": True}}, {"kinds": {"wall": 1}}, {"all": False}, {}):
        assert await refusal(await ada.patch("/api/me/notice-settings", body), 400) == "invalid"


@pytest.mark.parametrize("shown", ["notices", "feed", "place"])
async def test_every_page_with_a_live_connection_hears_at_once_and_nobody_else_does(site: Site, shown: str) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group = await group_of(ada, bob, cleo)
    topic = f"group:{group}" if shown == "place" else shown
    async with live(ada, topic) as mine, live(cleo, "notices") as other:
        if shown == "notices":
            assert await mine.data("notice") == {"unread": 0, "item": None}
        if shown == "place":
            await mine.data("posts")
        assert await other.data("notice") == {"unread": 0, "item": None}
        await wrote(bob, f"chat:{group}", f"@{handle(site, ada)} psst")
        news = await mine.data("notice")
        assert (news["unread"], news["item"]["kind"], news["item"]["excerpt"][-4:]) == (1, "mention", "psst")
        await ada.put("/api/me/notices/seen", {"up_to": news["item"]["n"]})
        assert await mine.data("notice") == {"unread": 0, "item": None}
        await wrote(bob, f"chat:{group}", f"@{handle(site, cleo)} you")
        assert (await other.data("notice"))["item"]["excerpt"][-3:] == "you"


async def test_what_lies_where_somebody_is_told_keeps_nobody_from_posting_nor_them_from_being_told(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    place = f"chat:{await group_of(ada, bob)}"
    (site.store.root / NOTICES.path(ada.account)).mkdir()  # can't be read; set aside for what is told next
    await wrote(bob, place, f"@{handle(site, ada)}")
    assert (await bob.json(f"/api/places/{place}/posts"))["items"]
    assert [one["kind"] for one in (await ada.json("/api/me/notices"))["items"]] == ["mention"]
    assert (await ada.get("/account")).status_code == 200


async def test_the_page_shows_what_there_is_to_read_and_to_choose(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    text = await page(await bob.get("/notices"))
    assert "Nothing yet" in text
    assert "Something you look after was reported" not in text
    await group_of(bob, ada)
    assert "Something you look after was reported" in await page(await bob.get("/notices"))


async def test_notices_and_settings_are_in_the_export(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    await wrote(bob, f"chat:{await group_of(ada, bob)}", f"@{handle(site, ada)}")
    await ada.patch("/api/me/notice-settings", {"kinds": {"reply": False}})
    export = await ada.json("/api/me/export")
    assert [one["kind"] for one in export["notices"]["items"]] == ["mention"]
    assert export["notice_settings"] == {"off": ["reply"]}
