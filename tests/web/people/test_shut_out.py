"""Removed, blocked by the host, or without the role any more: what people knew before opens nothing."""

import pytest

from songswap.documents import GROUP
from songswap.model.people import Admission
from tests.web.site import Browser, Site, content, group_of, page, refusal


async def shut_out(host: Browser, whom: Browser, group: str, how: str) -> None:
    if how == "removed":
        assert (await host.delete(f"/api/groups/{group}/members/{whom.account}")).status_code == 204
    else:
        await content(await host.put(f"/api/me/blocked/{whom.account}"))


@pytest.mark.parametrize("how", ["removed", "blocked"])
async def test_the_links_are_new_and_neither_old_nor_new_ones_let_them_in(site: Site, how: str) -> None:
    host, guest, other = [await site.log_in(name) for name in ("ada", "bob", "cleo")]
    group = await group_of(host, guest)
    old = site.invitation(group)
    tv = (await content(await host.post(f"/api/groups/{group}/screen"), 201))["screen_url"]
    if how == "blocked":  # who has left by themselves, and is known still
        await content(await other.post(f"/api/groups/{group}/members", {"invite": old}), 201)
        await host.put(f"/api/me/blocked/{guest.account}")
        await guest.delete(f"/api/groups/{group}/members/{guest.account}")
    else:
        await shut_out(host, guest, group, how)
    assert (await site.browser().get(tv)).status_code == 404
    assert (await site.browser().get(old)).status_code == 403
    new = site.invitation(group)
    assert new != old
    members = f"/api/groups/{group}/members"
    for path in (old, new):
        assert await refusal(await guest.post(members, {"invite": path}), 403) == "invite_invalid"
        for response in (await guest.get(path), await guest.post(path)):
            assert response.status_code == 403
            assert "Ada" not in await response.get_data(as_text=True)
    await guest.get(f"/login?next={new}")
    assert guest.account not in (site.store.read(GROUP, group) or pytest.fail("no group")).members
    await content(await other.post(f"/api/groups/{group}/members", {"invite": new}), 201)


@pytest.mark.parametrize("how", ["removed", "blocked"])
@pytest.mark.parametrize("way", ["open", "approval"])
async def test_a_listed_group_lets_them_in_by_no_other_way(site: Site, how: str, way: Admission) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(host, guest)
    await content(await host.patch(f"/api/groups/{group}", {"is_listed": True, "admission": way}))
    if how == "blocked":
        await guest.delete(f"/api/groups/{group}/members/{guest.account}")
        if way == "approval":
            await content(await guest.put(f"/api/groups/{group}/asking"))
        await host.patch("/api/me/profile", {"audience": "everybody"})
        await guest.patch("/api/me/profile", {"audience": "everybody"})
    await shut_out(host, guest, group, how)
    assert (await host.json(f"/api/groups/{group}"))["asking"] == []
    assert (await guest.json(f"/api/groups/{group}/face"))["admission"] == "invite"
    assert await refusal(await guest.put(f"/api/groups/{group}/asking"), 403) == "invite_only"
    assert (await guest.get(f"/api/places/group:{group}/posts")).status_code == 404
    assert (await guest.put(f"/api/me/followed-groups/{group}")).status_code == 404
    assert guest.account not in str((await host.json(f"/api/groups/{group}"))["members"])


async def test_the_host_sees_who_was_removed_and_lets_them_in_again(site: Site) -> None:
    host, co_host, guest = [await site.log_in(name) for name in ("ada", "bob", "cleo")]
    group = await group_of(host, co_host, guest)
    await host.patch(f"/api/groups/{group}/members/{co_host.account}", {"role": "co-host"})
    await shut_out(host, guest, group, "removed")
    assert [one["account"] for one in (await host.json(f"/api/groups/{group}"))["removed"]] == [guest.account]
    assert (await co_host.json(f"/api/groups/{group}"))["removed"] == []
    undo = f"/api/groups/{group}/removed/{guest.account}"
    assert await refusal(await co_host.delete(undo), 403) == "not_allowed"
    assert await refusal(await guest.delete(undo), 404)
    assert (await content(await host.delete(undo)))["removed"] == []
    assert await refusal(await host.delete(undo), 409) == "not_removed"
    joined = await content(await guest.post(f"/api/groups/{group}/members", {"invite": site.invitation(group)}), 201)
    assert len(joined["members"]) == 3


async def test_who_disconnects_is_remembered_by_no_group(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(host, guest)
    await shut_out(host, guest, group, "removed")
    await guest.delete("/api/me")
    kept = site.store.read(GROUP, group)
    assert kept
    assert guest.account not in str(kept)


@pytest.mark.parametrize("end", ["listener", "leaves", "removed", "disconnects"])
async def test_a_screen_ends_with_the_role_of_whoever_made_its_link(site: Site, end: str) -> None:
    host, maker = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(host, maker)
    member = f"/api/groups/{group}/members/{maker.account}"
    await content(await host.patch(member, {"role": "co-host"}))
    tv = (await content(await maker.post(f"/api/groups/{group}/screen"), 201))["screen_url"]
    assert (await site.browser().get(tv)).status_code == 200
    match end:
        case "listener":
            await content(await host.patch(member, {"role": "listener"}))
        case "leaves":
            await maker.delete(member)
        case "removed":
            await host.delete(member)
        case _:
            await maker.delete("/api/me")
    assert (await site.browser().get(tv)).status_code == 404
    assert (await host.json(f"/api/groups/{group}"))["screen_url"] is None
    if end == "listener":
        await content(await host.patch(member, {"role": "co-host"}))
        assert (await site.browser().get(tv)).status_code == 404


async def test_the_page_says_what_removing_and_blocking_do(site: Site) -> None:
    host = await site.log_in("ada")
    group = await group_of(host)
    text = await page(await host.get(f"/groups/{group}"))
    assert "Removed from the group" in text
    assert "they don’t get in again until you let them" in text
