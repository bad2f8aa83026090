import pytest

from songswap.documents import GROUP, WISH
from tests.web.site import Site, content, decide, group_of, page, refusal


async def _invite(site: Site, group_id: str) -> str:
    return site.invitation(group_id)


async def test_invitation_says_whose_group_it_is_and_asks_strangers_to_log_in(site: Site) -> None:
    group_id = await group_of(await site.log_in("ada"), name="Friday")
    invite = await _invite(site, group_id)
    response = await site.browser().get(invite)
    assert f'href="/login?next={invite}"' in await response.get_data(as_text=True)
    assert "You come back here, and join when you say so" in await page(await site.browser().get(invite))
    text = await page(await site.browser().get(invite))
    assert "Friday" in text
    assert site.world.person("ada").display_name in text


async def test_button_on_the_invitation_lets_in(site: Site) -> None:
    group_id = await group_of(await site.log_in("ada"))
    invite = await _invite(site, group_id)
    guest = await site.log_in("bob")
    assert "Join the group" in await page(await guest.get(invite))
    response = await guest.post(invite)
    assert (response.status_code, response.headers["Location"]) == (303, f"/groups/{group_id}")
    assert (await guest.get(f"/groups/{group_id}")).status_code == 200


@pytest.mark.parametrize("is_new", [True, False])
async def test_a_link_to_the_log_in_lets_nobody_join_without_a_click(site: Site, is_new: bool) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    await host.put(f"/api/groups/{group_id}/session", {"state": "running"})
    invite = await _invite(site, group_id)
    guest = site.browser() if is_new else await site.log_in("bob")
    url = await guest.begin_login(f"?next={invite}")
    assert (await guest.come_back(await decide(url, "bob"))).headers["Location"] == invite
    group = site.store.read(GROUP, group_id)
    assert group
    assert list(group.members) == [host.account]
    assert site.store.read(WISH, site.account_of("bob")) is None
    text = await page(await guest.get(invite))
    assert "Join the group" in text
    assert "As soon as you join you hear" in text
    assert (await guest.post(invite)).headers["Location"] == f"/groups/{group_id}"


async def test_login_on_the_way_to_a_dead_invitation_leads_to_its_page(site: Site) -> None:
    group_id = await group_of(await site.log_in("ada"))
    guest = site.browser()
    response = await guest.come_back(await decide(await guest.begin_login(f"?next=/join/{group_id}/wrong"), "bob"))
    assert response.headers["Location"] == f"/join/{group_id}/wrong"
    assert "not valid" in await page(await guest.get(f"/join/{group_id}/wrong"), 403)


async def test_invitation_leads_members_straight_in(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    assert (await host.get(await _invite(site, group_id))).headers["Location"] == f"/groups/{group_id}"


async def test_api_takes_the_link_or_its_secret(site: Site) -> None:
    host = await site.log_in("ada")
    group = await content(await host.post("/api/groups", {"name": "Friday"}), 201)
    by_link, by_secret = await site.log_in("bob"), await site.log_in("cleo")
    members = f"/api/groups/{group['id']}/members"
    await content(await by_link.post(members, {"invite": group["invite_url"]}), 201)
    joined = await content(await by_secret.post(members, {"invite": group["invite_url"].rsplit("/")[-1]}), 201)
    assert [member["role"] for member in joined["members"]] == ["host", "listener", "listener"]
    assert joined["invite_url"] is None


async def test_forged_invites_are_refused(site: Site) -> None:
    group_id = await group_of(await site.log_in("ada"))
    guest = await site.log_in("bob")
    assert (
        await refusal(await guest.post(f"/api/groups/{group_id}/members", {"invite": "forged"}), 403)
        == "invite_invalid"
    )
    assert "not valid" in await page(await guest.get(f"/join/{group_id}/forged"), 403)
    assert "not valid" in await page(await guest.post(f"/join/{group_id}/forged"), 403)
    assert "not valid" in await page(await guest.get("/join/nosuchgroup/forged"), 403)


async def test_invites_of_another_group_are_refused(site: Site) -> None:
    host = await site.log_in("ada")
    mine, other = await group_of(host), await group_of(host)
    guest = await site.log_in("bob")
    link = await _invite(site, other)
    secret = link.rsplit("/")[-1]
    for invite in (link, secret):
        response = await guest.post(f"/api/groups/{mine}/members", {"invite": invite})
        assert await refusal(response, 403) == "invite_invalid"
    assert "not valid" in await page(await guest.post(f"/join/{mine}/{secret}"), 403)


async def test_invites_expire_after_14_days(site: Site) -> None:
    group_id = await group_of(await site.log_in("ada"))
    guest, invite = await site.log_in("bob"), await _invite(site, group_id)
    site.clock.advance(days=14)
    assert "expired" in await page(await guest.get(invite), 410)
    assert (
        await refusal(await guest.post(f"/api/groups/{group_id}/members", {"invite": invite}), 410) == "invite_expired"
    )


async def test_renewing_kills_the_old_link(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    old = await _invite(site, group_id)
    renewed = await content(await host.post(f"/api/groups/{group_id}/invite"), 201)
    assert not renewed["invite_url"].endswith(old)
    guest = await site.log_in("bob")
    assert (await guest.post(old)).status_code == 403
    assert (await guest.post(await _invite(site, group_id))).status_code == 303


async def test_only_the_host_renews_and_only_hosts_see_the_code(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    assert await refusal(await guest.post(f"/api/groups/{group_id}/invite"), 403) == "not_allowed"
    assert (await guest.get(f"/groups/{group_id}/invite.svg")).status_code == 403
    code = await host.get(f"/groups/{group_id}/invite.svg")
    assert code.mimetype == "image/svg+xml"
    assert (await code.get_data(as_text=True)).startswith("<?xml")


async def test_joining_a_running_session_listens_at_once(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    await host.put(f"/api/groups/{group_id}/session", {"state": "running"})
    guest = await site.log_in("bob")
    await guest.post(await _invite(site, group_id))
    wish = site.store.read(WISH, guest.account)
    assert wish
    assert (wish.listening_in, wish.join_rev) == (group_id, 1)


async def test_joining_does_not_take_anybody_out_of_another_session(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    own = await group_of(guest)
    await guest.put(f"/api/groups/{own}/session", {"state": "running"})
    group_id = await group_of(host)
    await host.put(f"/api/groups/{group_id}/session", {"state": "running"})
    await guest.post(await _invite(site, group_id))
    wish = site.store.read(WISH, guest.account)
    assert wish
    assert wish.listening_in == own


async def test_pasted_link_opens_the_invitation(site: Site) -> None:
    guest = await site.log_in("bob")
    response = await guest.post("/join", form={"invite": "https://music.example/join/abc/s3cret "})
    assert (response.status_code, response.headers["Location"]) == (303, "/join/abc/s3cret")
    assert "has to be whole" in await page(await guest.post("/join", form={"invite": "hello"}), 400)
