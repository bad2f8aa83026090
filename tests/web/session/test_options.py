"""How long, how precisely, who leads, and how late a device sounds."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from songswap.core.session.polling_rate import PAGE
from songswap.documents import LEDGER, NIGHT, SESSION_WISH, WISH, Call, SessionWish, Wish
from songswap.model.music import Device
from songswap.model.session import Lead, Listener, Night
from songswap.simulator import World
from songswap.spotify.ledger import day_of
from tests.web.site import Browser, Site, content, group_of, open_site, page, refusal

OPTIONS = ("hours", "precision_s")


def session_of(site: Site, group_id: str) -> SessionWish:
    session = site.store.read(SESSION_WISH, group_id)
    assert session
    return session


async def put(browser: Browser, group_id: str, state: str = "running", **fields: object) -> dict[str, object]:
    response = await browser.put(f"/api/groups/{group_id}/session", {"state": state, **fields})
    return await content(response)


async def led_by(site: Site, group_id: str, leader: str, **fields: object) -> None:
    """Have the worker see somebody lead."""
    group_host = next(m["account"] for m in (await put_nothing(site, group_id))["members"] if m["role"] == "host")
    night = Night(session_of(site, group_id).session_id, group_host, lead=Lead(leader, "silent"), **fields)
    site.worker.write(NIGHT, night, group_id)


async def put_nothing(site: Site, group_id: str) -> dict[str, object]:
    return await (await site.log_in("ada")).json(f"/api/groups/{group_id}")


async def test_length_and_precision_are_chosen_at_the_start_and_changed_later(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    state = await put(host, group_id, hours=2.5, precision_s=20)
    assert [state["session"][name] for name in OPTIONS] == [2.5, 20]
    begun = session_of(site, group_id)
    await put(host, group_id, precision_s=None)
    await put(host, group_id, hours=6)
    changed = session_of(site, group_id)
    assert (changed.hours, changed.precision_s) == (6, None)
    assert (changed.session_id, changed.since_ms) == (begun.session_id, begun.since_ms)


async def test_next_night_begins_with_what_was_chosen_last(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    await put(host, group_id, hours=1, precision_s=10)
    await put(host, group_id, "stopped")
    state = await put(host, group_id)
    assert [state["session"][name] for name in OPTIONS] == [1, 10]


@pytest.mark.parametrize(
    "body",
    [
        {"hours": 0.25},
        {"hours": 12.5},
        {"hours": None},
        {"hours": "4"},
        {"precision_s": 1},
        {"precision_s": 60},
        {"precision_s": "page"},
        {"lead": ""},
        {"lead": None},
        {"state": "stopped", "hours": 4},
        {"state": "stopped", "precision_s": None},
        {"state": "stopped", "lead": "x"},
    ],
)
async def test_options_that_make_no_sense_are_refused(site: Site, body: dict[str, object]) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    response = await host.put(f"/api/groups/{group_id}/session", {"state": "running", **body})
    assert await refusal(response, 400) == "invalid"


async def test_listeners_change_nothing(site: Site) -> None:
    host, guest = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, guest)
    await put(host, group_id)
    for fields in ({"hours": 1}, {"lead": guest.account}):
        response = await guest.put(f"/api/groups/{group_id}/session", {"state": "running", **fields})
        assert await refusal(response, 403) == "not_allowed"


async def test_page_says_what_the_worker_really_does(site: Site) -> None:
    host = await site.log_in("ada")
    group_id = await group_of(host)
    assert (await put(host, group_id))["session"]["interval_s"] is None
    site.worker.write(NIGHT, Night(session_of(site, group_id).session_id, host.account), group_id)
    assert (await host.json(f"/api/groups/{group_id}"))["session"]["interval_s"] == 5
    page_only = Night(session_of(site, group_id).session_id, host.account, pace=PAGE)
    site.worker.write(NIGHT, page_only, group_id)
    assert (await host.json(f"/api/groups/{group_id}"))["session"]["interval_s"] is None


async def test_nobody_knows_how_long_calls_last_before_there_is_a_limit(site: Site) -> None:
    host = await site.log_in("ada")
    assert (await host.json(f"/api/groups/{await group_of(host)}"))["calls"] is None


async def test_calls_left_are_told_with_how_long_they_last(tmp_path: Path, world: World) -> None:
    async with open_site(tmp_path / "store", world, daily_calls=1_000) as site:
        host = await site.log_in("ada")
        group_id = await group_of(host)
        for _ in range(123):
            site.worker.append(
                LEDGER, Call(site.clock.now_ms(), "player", "default", 0), "worker", day_of(site.clock.now_ms())
            )
        calls = (await host.json(f"/api/groups/{group_id}"))["calls"]
        assert calls["left"] == 870
        lasting = {choice["precision_s"]: choice["enough_for_h"] for choice in calls["choices"]}
        assert calls["enough_for_h"] == lasting[5]
        assert 1 < lasting[5] < 1.25
        assert lasting[2.5] < lasting[5] < lasting[10] < lasting[20] < lasting[40] < lasting[None]


async def test_co_host_takes_the_lead_and_the_host_takes_it_back(site: Site) -> None:
    host, co_host = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, co_host)
    await host.patch(f"/api/groups/{group_id}/members/{co_host.account}", {"role": "co-host"})
    await put(host, group_id)
    before = site.store.read(WISH, co_host.account)
    await put(co_host, group_id, lead=co_host.account)
    first = session_of(site, group_id)
    assert (first.lead, first.lead_rev) == (co_host.account, 1)
    assert site.store.read(WISH, co_host.account) == before
    await led_by(site, group_id, co_host.account)
    state = await host.json(f"/api/groups/{group_id}")
    assert state["session"]["leader"] == co_host.account
    assert state["session"]["leader_words"] == "Bob leads while Ada is away."
    assert state["session"]["may_take_lead"]
    assert not (await co_host.json(f"/api/groups/{group_id}"))["session"]["may_take_lead"]
    await put(host, group_id, lead=host.account)
    assert (session_of(site, group_id).lead, session_of(site, group_id).lead_rev) == (host.account, 2)


async def test_who_takes_the_lead_listens(site: Site) -> None:
    host, co_host = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, co_host)
    await host.patch(f"/api/groups/{group_id}/members/{co_host.account}", {"role": "co-host"})
    await put(host, group_id)
    await co_host.put(f"/api/groups/{group_id}/listening", {"listening": False})
    await put(co_host, group_id, lead=co_host.account)
    wish = site.store.read(WISH, co_host.account)
    assert wish
    assert wish.listening_in == group_id


async def test_lead_of_those_who_may_not_is_refused(site: Site) -> None:
    host, co_host, guest = await site.log_in("ada"), await site.log_in("bob"), await site.log_in("cleo")
    group_id = await group_of(host, co_host, guest)
    await host.patch(f"/api/groups/{group_id}/members/{co_host.account}", {"role": "co-host"})
    path = f"/api/groups/{group_id}/session"
    taken = {"state": "running", "lead": co_host.account}
    assert await refusal(await host.put(path, taken), 409) == "no_session"
    await put(host, group_id)
    for by, whom, status, code in (
        (host, guest.account, 409, "cannot_lead"),
        (host, "nobody", 404, "no_such_member"),
        (co_host, host.account, 403, "not_allowed"),
    ):
        assert await refusal(await by.put(path, {"state": "running", "lead": whom}), status) == code
    assert session_of(site, group_id).lead_rev == 0


async def test_host_who_does_not_lead_may_step_out(site: Site) -> None:
    host, co_host = await site.log_in("ada"), await site.log_in("bob")
    group_id = await group_of(host, co_host)
    await put(host, group_id)
    await led_by(site, group_id, co_host.account)
    out = await content(await host.put(f"/api/groups/{group_id}/listening", {"listening": False}))
    assert not out["me"]["is_listening"]


async def test_trim_belongs_to_a_device_and_is_shown_for_the_one_in_use(site: Site) -> None:
    guest, host = await site.log_in("bob"), await site.log_in("ada")
    group_id = await group_of(host, guest)
    site.seen(guest, devices=(site.phone, Device("tv", "TV", "TV")))
    await guest.put("/api/me/device", {"device_id": "tv"})
    devices = await content(await guest.put("/api/me/trim", {"device_id": "tv", "trim_ms": 120}))
    assert {device["id"]: device["trim_ms"] for device in devices["items"]} == {"tv": 120, "phone": 0}
    trim = (await guest.json(f"/api/groups/{group_id}"))["me"]["trim"]
    assert trim == {"device_id": "tv", "device_name": "TV", "trim_ms": 120}
    await put(host, group_id)
    night = Night(session_of(site, group_id).session_id, host.account)
    on_phone = Listener(guest.account, device_id="phone", device_name="My phone")
    site.worker.write(NIGHT, replace(night, listeners={guest.account: on_phone}), group_id)
    trim = (await guest.json(f"/api/groups/{group_id}"))["me"]["trim"]
    assert trim == {"device_id": "phone", "device_name": "My phone", "trim_ms": 0}
    assert (await host.json(f"/api/groups/{group_id}"))["me"]["trim"] is None


async def test_no_trim_is_no_entry(site: Site) -> None:
    browser = await site.log_in("bob")
    site.seen(browser)
    for trim_ms in (-2_000, 0):
        await content(await browser.put("/api/me/trim", {"device_id": "phone", "trim_ms": trim_ms}))
    assert (site.store.read(WISH, browser.account) or Wish()).trims_ms == {}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"device_id": "phone", "trim_ms": 2_001}, 400, "invalid"),
        ({"device_id": "phone", "trim_ms": -2_001}, 400, "invalid"),
        ({"device_id": "phone", "trim_ms": 1.5}, 400, "invalid"),
        ({"device_id": "phone"}, 400, "invalid"),
        ({"device_id": "", "trim_ms": 1}, 400, "invalid"),
        ({"device_id": "phone", "trim_ms": 1, "loud": True}, 400, "invalid"),
        ({"device_id": "other", "trim_ms": 1}, 404, "no_such_device"),
    ],
)
async def test_trims_that_make_no_sense_are_refused(
    site: Site, body: dict[str, object], status: int, code: str
) -> None:
    browser = await site.log_in("bob")
    site.seen(browser)
    assert await refusal(await browser.put("/api/me/trim", body), status) == code


async def test_clicks_keep_the_servers_time(site: Site) -> None:
    browser = await site.log_in("bob")
    assert (await browser.json("/api/clock"))["now_ms"] == site.clock.now_ms()
    assert "Start the clicks" in await page(await browser.get("/clicks"))
