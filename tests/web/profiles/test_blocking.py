import pytest

from songswap.documents import CIRCLE, PROFILE
from songswap.model.profiles import Circle, Profile
from songswap.web.people.viewer import circle_of
from tests.web.site import Site, content, group_of, page, refusal


async def test_muting_and_blocking_are_done_once_and_undone(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob, name="Friday")
    for _ in range(2):
        await content(await ada.put(f"/api/me/muted/{bob.account}"))
        await content(await ada.put(f"/api/me/blocked/{bob.account}"))
        state = await content(await ada.put(f"/api/me/muted-groups/{group}"))
    assert [one["name"] for one in state["muted"]] == ["Bob"]
    assert [one["id"] for one in state["blocked"]] == [bob.account]
    assert state["muted_groups"] == [{"id": group, "name": "Friday"}]
    assert await ada.json("/api/me/circle") == state
    for path in (f"muted/{bob.account}", f"blocked/{bob.account}", f"muted-groups/{group}"):
        for _ in range(2):
            state = await content(await ada.delete(f"/api/me/{path}"))
    assert state == {"muted": [], "muted_groups": [], "blocked": []}


async def test_blocking_ends_following_both_ways(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    await group_of(ada, bob)
    site.store.write(CIRCLE, Circle(follows=(bob.account, "cleo")), ada.account)
    site.store.write(CIRCLE, Circle(follows=(ada.account, "dario")), bob.account)
    await content(await ada.put(f"/api/me/blocked/{bob.account}"))
    assert circle_of(site.services, ada.account) == Circle(follows=("cleo",), blocked=(bob.account,))
    assert circle_of(site.services, bob.account) == Circle(follows=("dario",))


async def test_nobody_else_learns_of_it(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    site.store.write(PROFILE, Profile(audience="everybody"), bob.account)
    await content(await ada.put(f"/api/me/blocked/{bob.account}"))
    assert await bob.json("/api/me/circle") == {"muted": [], "muted_groups": [], "blocked": []}
    assert ada.account not in str(await bob.json("/api/me/export"))


@pytest.mark.parametrize("kind", ["muted", "blocked"])
async def test_one_s_own_name_and_unknown_ones_are_refused(site: Site, kind: str) -> None:
    ada = await site.log_in("ada")
    assert await refusal(await ada.put(f"/api/me/{kind}/{ada.account}"), 409) == "yourself"
    assert await refusal(await ada.put(f"/api/me/{kind}/nobody"), 404) == "no_such_person"
    assert await refusal(await ada.put(f"/api/me/{kind}/%2e%2e"), 404) == "not_found"
    assert (await ada.delete(f"/api/me/{kind}/nobody")).status_code == 200


async def test_a_group_one_may_not_read_tells_nothing_by_being_muted(site: Site) -> None:
    ada, eve = await site.log_in("ada"), await site.log_in("cleo")
    group = await group_of(ada, name="Secret")
    hidden, unknown = await eve.put(f"/api/me/muted-groups/{group}"), await eve.put("/api/me/muted-groups/nothing")
    assert await hidden.get_data() == await unknown.get_data()
    assert (hidden.status_code, unknown.status_code) == (404, 404)


@pytest.mark.parametrize("kind", ["muted", "blocked"])
async def test_muting_and_blocking_tell_nothing_of_people_one_may_not_see(site: Site, kind: str) -> None:
    ada, eve = await site.log_in("ada"), await site.log_in("cleo")
    hidden, unknown = await eve.put(f"/api/me/{kind}/{ada.account}"), await eve.put(f"/api/me/{kind}/nothing")
    assert await hidden.get_data() == await unknown.get_data()
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    site.store.write(CIRCLE, Circle(muted=(ada.account,), blocked=(ada.account,)), eve.account)
    told = str(await eve.json("/api/me/circle")) + await eve.text("/account")
    assert "Ada" not in told
    assert ada.account in told  # so that it can be undone


async def test_one_s_own_block_leaves_the_name_in_the_list_and_theirs_takes_it(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    site.store.write(PROFILE, Profile(audience="everybody"), bob.account)
    state = await content(await ada.put(f"/api/me/blocked/{bob.account}"))
    assert [one["name"] for one in state["blocked"]] == ["Bob"]
    site.store.write(CIRCLE, Circle(blocked=(ada.account,)), bob.account)
    assert [one["name"] for one in (await ada.json("/api/me/circle"))["blocked"]] == ["Somebody"]


async def test_who_writes_where_one_reads_can_be_muted_and_blocked(site: Site) -> None:
    ada, eve = await site.log_in("ada"), await site.log_in("cleo")
    group = await group_of(ada)
    await content(await ada.patch(f"/api/groups/{group}", {"is_listed": True, "admission": "open"}))
    assert (await eve.put(f"/api/me/blocked/{ada.account}")).status_code == 404
    await content(await ada.post(f"/api/places/group:{group}/posts", {"text": "hello"}), 201)
    state = await content(await eve.put(f"/api/me/blocked/{ada.account}"))
    assert [one["name"] for one in state["blocked"]] == ["Ada"]


async def test_the_account_page_lists_them_with_what_undoes_it(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    group = await group_of(ada, bob, name="Friday")
    await ada.put(f"/api/me/muted/{bob.account}")
    await ada.put(f"/api/me/muted-groups/{group}")
    text = await page(await ada.get("/account"))
    assert "Bob Muted" in text
    assert "Friday Group, muted" in text
    assert f'data-path="/api/me/muted/{bob.account}"' in await ada.text("/account")


async def test_who_disconnects_is_on_nobody_s_list_any_more(site: Site) -> None:
    ada, bob = await site.log_in("ada"), await site.log_in("bob")
    await group_of(ada, bob)
    await content(await ada.put(f"/api/me/blocked/{bob.account}"))
    await bob.delete("/api/me")
    assert circle_of(site.services, ada.account) == Circle()
