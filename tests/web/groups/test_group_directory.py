import pytest

from songswap.core.people import groups
from songswap.documents import RENEWED, RenewalsSeen
from songswap.model.playlists import Entry, Renewed
from tests.web.profiles.test_profiles import bring, picture
from tests.web.site import ORIGIN, Browser, Site, content, group_of, page, refusal


async def opened(host: Browser, group: str, **wish: object) -> None:
    await content(await host.patch(f"/api/groups/{group}", wish))


async def found(browser: Browser, words: str) -> list[str]:
    return [one["href"] for one in (await browser.json(f"/api/search?kind=groups&q={words}"))["items"]]


async def test_a_hidden_group_is_found_by_its_members_alone(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada)
    assert await found(ada, "fridya") == [f"/groups/{group}"]
    assert await found(bob, "friday") == []
    for path in (f"/api/groups/{group}/face", f"/groups/{group}/about"):
        assert (await bob.get(path)).status_code == 404
    assert (await bob.put(f"/api/groups/{group}/asking")).status_code == 404


async def test_a_listed_group_shows_its_face_and_nothing_more(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada)
    await opened(ada, group, is_listed=True, description="Every <b>Friday</b>")
    face = await bob.json(f"/api/groups/{group}/face")
    assert (face["name"], face["description"], face["members"]) == ("Friday night", "Every <b>Friday</b>", 1)
    assert await found(bob, "friday") == [f"/groups/{group}/about"]
    assert "&lt;b&gt;Friday" in await bob.text(f"/groups/{group}/about")
    assert "Ada" not in await page(await bob.get(f"/groups/{group}/about"))
    assert await refusal(await bob.put(f"/api/groups/{group}/asking"), 403) == "invite_only"
    assert (await bob.get(f"/api/groups/{group}")).status_code == 404
    assert (await bob.get(f"/api/places/group:{group}/posts")).status_code == 404


async def test_an_open_group_is_joined_by_anybody_who_reads_its_posts_before(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada)
    await opened(ada, group, is_listed=True, admission="open")
    await content(await ada.post(f"/api/places/group:{group}/posts", {"text": "hello"}), 201)
    assert [one["text"] for one in (await bob.json(f"/api/places/group:{group}/posts"))["items"]] == ["hello"]
    assert await refusal(await bob.post(f"/api/places/group:{group}/posts", {"text": "x"}), 403) == "not_allowed"
    assert (await bob.get(f"/api/places/chat:{group}/posts")).status_code == 404
    await content(await bob.put(f"/api/me/followed-groups/{group}"))
    assert [one["text"] for one in (await bob.json("/api/me/feed"))["items"]] == ["hello"]
    assert (await content(await bob.put(f"/api/groups/{group}/asking")))["is_member"]
    assert len((await bob.json(f"/api/groups/{group}"))["members"]) == 2


async def test_by_approval_one_asks_and_host_or_co_host_answers(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group = await group_of(ada, bob)
    await opened(ada, group, is_listed=True, admission="approval")
    asked = await content(await cleo.put(f"/api/groups/{group}/asking"))
    assert (asked["is_asking"], asked["is_member"]) == (True, False)
    assert [one["account"] for one in (await ada.json(f"/api/groups/{group}"))["asking"]] == [cleo.account]
    assert (await bob.json(f"/api/groups/{group}"))["asking"] == []
    path = f"/api/groups/{group}/asking/{cleo.account}"
    assert await refusal(await bob.put(path), 403) == "not_allowed"
    assert (await cleo.put(path)).status_code == 404
    await content(await ada.delete(path))
    assert await refusal(await ada.put(path), 404) == "not_asking"
    await content(await cleo.put(f"/api/groups/{group}/asking"))
    await content(await cleo.delete(f"/api/groups/{group}/asking"))
    await content(await cleo.put(f"/api/groups/{group}/asking"))
    await content(await ada.put(path))
    assert len((await cleo.json(f"/api/groups/{group}"))["members"]) == 3


async def test_who_disconnects_does_not_ask_any_more(site: Site) -> None:
    ada, cleo = await site.log_in("ada"), await site.log_in("cleo")
    group = await group_of(ada)
    await opened(ada, group, is_listed=True, admission="approval")
    await content(await cleo.put(f"/api/groups/{group}/asking"))
    await cleo.delete("/api/me")
    assert (await ada.json(f"/api/groups/{group}"))["asking"] == []


async def test_a_group_s_picture_is_for_those_who_know_of_it(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group = await group_of(ada, bob)
    path = f"/api/groups/{group}/picture"
    assert await refusal(await bring(bob, picture(), path), 403) == "not_allowed"
    url = (await content(await bring(ada, picture(), path)))["picture_url"]
    assert [(await one.get(url)).status_code for one in (ada, bob, cleo)] == [200, 200, 404]
    await opened(ada, group, is_listed=True)
    assert (await cleo.get(url)).status_code == 200
    assert (await content(await ada.delete(path)))["picture_url"] is None
    assert (await ada.get(url)).status_code == 404


async def test_a_group_s_playlists_are_those_its_members_show(site: Site) -> None:
    ada, bob, cleo = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group = await group_of(ada, bob)
    url = "https://open.spotify.com/playlist/x"
    entry = Entry("spotify:track:x", "One", "Aiko")
    site.worker.write(RENEWED, RenewalsSeen({"l": Renewed(name="Mine", url=url, entries=(entry,))}), ada.account)
    path = f"/api/groups/{group}/playlists"
    assert (await bob.json(path))["items"] == []
    await content(await ada.patch("/api/me/profile", {"sections": {"playlists": "groups"}}))
    assert [(one["by"]["id"], one["name"], one["tracks"]) for one in (await bob.json(path))["items"]] == [
        (ada.account, "Mine", 1)
    ]
    assert "Mine" in await page(await bob.get(f"/groups/{group}/playlists"))
    assert (await cleo.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"admission": "open"}, 409, "hidden"),
        ({"description": "x" * 301}, 400, "bad_description"),
        ({"is_listed": "yes"}, 400, "invalid"),
        ({"admission": "bribe"}, 400, "invalid"),
        ({"name": ""}, 400, "invalid"),
        ({"colour": "red"}, 400, "invalid"),
    ],
)
async def test_what_a_group_can_not_be_is_refused(site: Site, wish: dict[str, object], status: int, code: str) -> None:
    ada = await site.log_in("ada")
    group = await group_of(ada)
    assert await refusal(await ada.patch(f"/api/groups/{group}", wish), status) == code
    assert (await ada.json(f"/api/groups/{group}"))["name"] == "Friday night"


async def test_members_who_are_no_host_change_nothing(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob)
    assert await refusal(await bob.patch(f"/api/groups/{group}", {"is_listed": True}), 403) == "not_allowed"


async def test_people_are_found_by_name_and_handle_in_spite_of_errors(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    await group_of(ada, bob)
    await content(await ada.patch("/api/me/profile", {"name": "Zoë Ångström", "handle": "countess"}))
    for words in ("zoe", "ANGSTROM", "angstorm", "countes"):
        hits = (await bob.json(f"/api/search?kind=people&q={words}"))["items"]
        assert [(one["kind"], one["href"]) for one in hits] == [("person", "/people/countess")]
    assert (await bob.json("/api/search?kind=people&q=xyz"))["items"] == []
    assert await refusal(await bob.get("/api/search?kind=people&q=z"), 400) == "invalid"


async def test_a_person_is_in_a_hundred_groups_at_most_whatever_the_way_in(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "MOST_GROUPS", 2)
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    asked, unlocked = [await group_of(ada, name=name) for name in ("asked", "open")]
    assert await refusal(await ada.post("/api/groups", {"name": "third"}), 409) == "too_many_groups"
    assert "Leave one first" in await page(await ada.post("/groups", form={"name": "third"}), 409)
    cleo = await site.log_in("cleo")
    invited = await group_of(cleo)
    link = (await cleo.json(f"/api/groups/{invited}"))["invite_url"]
    await opened(ada, asked, is_listed=True, admission="approval")
    await opened(ada, unlocked, is_listed=True, admission="open")
    await content(await bob.put(f"/api/groups/{asked}/asking"))
    for name in ("mine", "mine, too"):
        await group_of(bob, name=name)
    assert await refusal(await bob.post(f"/api/groups/{invited}/members", {"invite": link}), 409) == "too_many_groups"
    assert (await bob.post(link.removeprefix(ORIGIN))).status_code == 409
    assert await refusal(await bob.put(f"/api/groups/{unlocked}/asking"), 409) == "too_many_groups"
    assert await refusal(await ada.put(f"/api/groups/{asked}/asking/{bob.account}"), 409) == "too_many_groups"
    await site.log_in("bob", f"?next={link.removeprefix(ORIGIN)}", bob)
    assert len((await bob.json("/api/groups"))["items"]) == 2
