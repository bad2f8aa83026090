import pytest

from songswap.documents import ACCOUNT_SEEN, WISH, Wish
from songswap.model.music import Device
from tests.web.site import Browser, Site, content, group_of, refusal

SONOS = Device(None, "Sonos", "Speaker", is_restricted=True)
LOCKED = Device("locked", "Hotel TV", "TV", is_restricted=True)


def _wish(site: Site, browser: Browser) -> Wish:
    return site.store.read(WISH, browser.account) or Wish()


async def test_devices_are_listed_usable_ones_first(site: Site) -> None:
    browser = await site.log_in("ada")
    site.seen(browser, devices=(SONOS, site.phone))
    devices = (await browser.json("/api/me"))["devices"]
    assert [(device["name"], device["is_usable"]) for device in devices["items"]] == [
        ("My phone", True),
        ("Sonos", False),
    ]
    assert "nobody control" in devices["items"][1]["reason"]
    assert devices["at_ms"] == site.clock.now_ms()


async def test_chosen_device_is_wished_for(site: Site) -> None:
    browser = await site.log_in("ada")
    site.seen(browser)
    devices = await content(await browser.put("/api/me/device", {"device_id": "phone"}))
    assert (devices["chosen_id"], devices["items"][0]["is_chosen"]) == ("phone", True)
    wish = _wish(site, browser)
    assert (wish.device_id, wish.device_name) == ("phone", "My phone")


async def test_devices_that_are_gone_or_locked_can_not_be_chosen(site: Site) -> None:
    browser = await site.log_in("ada")
    assert await refusal(await browser.put("/api/me/device", {"device_id": "phone"}), 404) == "no_such_device"
    site.seen(browser, devices=(LOCKED,))
    assert await refusal(await browser.put("/api/me/device", {"device_id": "locked"}), 409) == "restricted_device"


@pytest.mark.parametrize("body", [{}, {"device_id": None}, {"device_id": ""}, {"device_id": "x" * 201}])
async def test_choice_must_name_a_device(site: Site, body: dict[str, object]) -> None:
    browser = await site.log_in("ada")
    assert await refusal(await browser.put("/api/me/device", body), 400) == "invalid"


async def test_looking_again_asks_the_worker_until_it_has_looked(site: Site) -> None:
    browser = await site.log_in("ada")
    assert (await content(await browser.post("/api/me/devices/look"), 202))["is_looking"]
    assert _wish(site, browser).look_rev == 1
    site.seen(browser, look_rev=1)
    assert not (await browser.json("/api/me"))["devices"]["is_looking"]


async def test_opening_a_group_looks_for_devices_once_a_minute(site: Site) -> None:
    browser = await site.log_in("ada")
    group_id = await group_of(browser)
    for _ in range(2):
        await browser.get(f"/groups/{group_id}")
    assert _wish(site, browser).look_rev == 1  # the second time, the worker is still asked
    site.seen(browser, look_rev=1)
    await browser.get(f"/groups/{group_id}")
    assert _wish(site, browser).look_rev == 1
    site.clock.advance(seconds=60)
    await browser.get(f"/groups/{group_id}")
    assert _wish(site, browser).look_rev == 2


async def test_devices_stay_listed_while_a_new_login_is_looked_at(site: Site) -> None:
    browser = await site.log_in("ada")
    site.seen(browser)
    await site.log_in("ada")
    assert site.store.read(ACCOUNT_SEEN, browser.account)
    assert len((await browser.json("/api/me"))["devices"]["items"]) == 1


async def test_volume_is_ones_own_until_one_has_it_follow_the_host(site: Site) -> None:
    browser = await site.log_in("ada")
    assert (await browser.json("/api/me"))["devices"]["follows_volume"] is False
    for wanted in (True, False):
        devices = await content(await browser.put("/api/me/volume", {"follows_host": wanted}))
        assert devices["follows_volume"] is wanted
        assert (site.store.read(WISH, browser.account) or Wish()).follows_volume is wanted
    assert await refusal(await browser.put("/api/me/volume", {"follows_host": 1}), 400) == "invalid"
