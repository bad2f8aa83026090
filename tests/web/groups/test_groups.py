import pytest

from songswap.documents import GROUP, SESSION_WISH, WISH
from tests.web.site import Site, content, group_of, page, refusal


async def test_group_is_made_with_an_invite_link(site: Site) -> None:
    host = await site.log_in("ada")
    group = await content(await host.post("/api/groups", {"name": "Friday"}), 201)
    assert group["name"] == "Friday"
    assert group["invite_url"].startswith(f"http://127.0.0.1:8770/join/{group['id']}/")
    assert [(member["account"], member["role"]) for member in group["members"]] == [(host.account, "host")]
    assert group["me"]["rights"] == ["playback", "session", "invite", "manage"]


async def test_form_makes_a_group_and_leads_there(site: Site) -> None:
    host = await site.log_in("ada")
    response = await host.post("/groups", form={"name": "Friday"})
    assert response.status_code == 303
    assert "Friday" in await page(await host.get(response.headers["Location"]))
    assert "Friday" in await host.text("/")


async def test_groups_of_others_are_not_there(site: Site) -> None:
    group_id = await group_of(await site.log_in("ada"))
    stranger = await site.log_in("bob")
    assert await refusal(await stranger.get(f"/api/groups/{group_id}"), 404) == "not_a_member"
    assert await refusal(await stranger.get(f"/api/groups/{group_id}/events"), 404) == "not_a_member"
    assert (await stranger.get(f"/groups/{group_id}")).status_code == 404
    assert (await stranger.json("/api/groups"))["items"] == []


async def test_list_shows_my_groups_newest_first(site: Site) -> None:
    host = await site.log_in("ada")
    await group_of(host, name="First")
    site.clock.advance(seconds=1)
    await group_of(host, name="Second")
    assert [group["name"] for group in (await host.json("/api/groups"))["items"]] == ["Second", "First"]


async def test_host_renames_and_others_do_not(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    assert (await content(await host.patch(f"/api/groups/{group_id}", {"name": "New"})))["name"] == "New"
    assert await refusal(await guest.patch(f"/api/groups/{group_id}", {"name": "Mine"}), 403) == "not_allowed"


async def test_host_makes_and_unmakes_co_hosts_and_hands_over(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    member = f"/api/groups/{group_id}/members/{guest.account}"
    for role in ("co-host", "listener", "host"):
        changed = await content(await host.patch(member, {"role": role}))
        assert {one["account"]: one["role"] for one in changed["members"]}[guest.account] == role
    assert (await host.json(f"/api/groups/{group_id}"))["me"]["role"] == "co-host"


@pytest.mark.parametrize("body", [{"role": "king"}, {}, {"role": None}])
async def test_unknown_roles_are_refused(site: Site, body: dict[str, object]) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    assert await refusal(await host.patch(f"/api/groups/{group_id}/members/{guest.account}", body), 400) == "invalid"


async def test_removed_member_is_out_and_stops_listening(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    await host.put(f"/api/groups/{group_id}/session", {"state": "running"})
    assert (await host.delete(f"/api/groups/{group_id}/members/{guest.account}")).status_code == 204
    assert (await guest.get(f"/api/groups/{group_id}")).status_code == 404
    wish = site.store.read(WISH, guest.account)
    assert wish
    assert wish.listening_in is None


async def test_guest_removes_nobody_but_leaves(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    members = f"/api/groups/{group_id}/members"
    assert await refusal(await guest.delete(f"{members}/{host.account}"), 403) == "not_allowed"
    assert (await guest.delete(f"{members}/{guest.account}")).status_code == 204
    assert len((await host.json(f"/api/groups/{group_id}"))["members"]) == 1


async def test_host_hands_over_before_leaving(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    assert "hand the group over" in await page(await host.post(f"/groups/{group_id}/leave"), 409)
    await host.patch(f"/api/groups/{group_id}/members/{guest.account}", {"role": "host"})
    assert (await host.post(f"/groups/{group_id}/leave")).status_code == 303


async def test_last_one_out_removes_the_group_and_all_in_it(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    await host.put(f"/api/groups/{group_id}/session", {"state": "running"})
    assert (await host.delete(f"/api/groups/{group_id}/members/{host.account}")).status_code == 204
    assert site.store.read(GROUP, group_id) is None
    assert site.store.read(SESSION_WISH, group_id) is None
    assert not (site.store.root / "groups" / group_id).exists()
