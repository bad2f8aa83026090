"""The timer's routes and pages: one's own and a group's, what is wanted, and what is refused."""

from typing import Any

import pytest
from msgspec.structs import replace

from songswap.documents import (
    GROUP_INTERVAL,
    HEARTBEAT,
    INTERVAL,
    NIGHT,
    SESSION_WISH,
    TICKS,
    WISH,
    Heartbeat,
    SessionWish,
    Wish,
)
from songswap.model.interval import Interval, Ticks
from songswap.model.music import Device, Track
from songswap.model.session import Night, Timeline
from tests.web.site import Browser, Site, content, group_of, page, refusal

MINE = "/api/me/interval"
WORKOUT: dict[str, Any] = {
    "phases": [{"name": "Work", "length_s": 40}, {"name": "Rest", "length_s": 20}],
    "repeat": 8,
}
PLAYLIST = "spotify:playlist:37i9dQZF1DXcBWIGoYBM5M"


@pytest.fixture
async def ada(site: Site) -> Browser:
    """Ada, who has a phone; the worker lives."""
    browser = await site.log_in("ada")
    site.seen(browser)
    beat(site)
    return browser


def beat(site: Site) -> None:
    now_ms = site.clock.now_ms()
    site.worker.write(HEARTBEAT, Heartbeat(1, now_ms, now_ms))


async def test_timer_starts_when_it_is_set_up_and_tells_what_it_does(site: Site, ada: Browser) -> None:
    assert (await ada.json(MINE))["state"] == "none"
    state = await content(await ada.put(MINE, WORKOUT))
    assert (state["state"], state["phase_name"], state["round"], state["rounds"]) == ("running", "Work", 1, 8)
    site.clock.advance(seconds=50)
    state = await ada.json(MINE)
    assert (state["phase"], state["phase_name"], state["next_name"]) == (1, "Rest", "Work")
    assert state["remaining_ms"] == pytest.approx(10_000, abs=2)
    assert state["next_at_ms"] == pytest.approx(site.clock.now_ms() + 10_000, abs=2)
    site.clock.advance(hours=1)
    assert (await ada.json(MINE))["state"] == "done"


async def test_timer_that_shall_wait_waits_until_it_is_started(site: Site, ada: Browser) -> None:
    state = await content(await ada.put(MINE, {**WORKOUT, "start": False}))
    assert (state["state"], state["remaining_ms"]) == ("ready", 40_000)
    site.clock.advance(minutes=5)
    assert (await content(await ada.post(MINE, {"action": "start"})))["remaining_ms"] == pytest.approx(40_000, abs=2)


async def test_every_button(site: Site, ada: Browser) -> None:
    await content(await ada.put(MINE, WORKOUT))
    site.clock.advance(seconds=10)
    assert (await content(await ada.post(MINE, {"action": "pause"})))["state"] == "paused"
    site.clock.advance(minutes=3)
    state = await content(await ada.post(MINE, {"action": "resume"}))
    assert (state["state"], state["remaining_ms"]) == ("running", pytest.approx(30_000, abs=2))
    state = await content(await ada.post(MINE, {"action": "skip"}))
    assert (state["phase_name"], state["remaining_ms"]) == ("Rest", pytest.approx(20_000, abs=2))
    assert (await content(await ada.post(MINE, {"action": "reset"})))["state"] == "ready"
    assert (await ada.delete(MINE)).status_code == 204
    assert (await ada.json(MINE))["state"] == "none"


async def test_buttons_that_make_no_sense_say_why(ada: Browser) -> None:
    assert await refusal(await ada.post(MINE, {"action": "start"}), 404) == "no_timer"
    await content(await ada.put(MINE, {**WORKOUT, "start": False}))
    assert await refusal(await ada.post(MINE, {"action": "pause"}), 409) == "not_running"
    assert await refusal(await ada.post(MINE, {"action": "explode"}), 400) == "invalid"
    assert (await ada.delete(MINE)).status_code == 204
    assert (await ada.delete(MINE)).status_code == 204


async def test_all_that_can_be_wanted_is_kept(site: Site, ada: Browser) -> None:
    wanted = {
        "context_uri": PLAYLIST,
        "device_id": "phone",
        "shuffle": True,
        "at_boundary": "announce",
        "at_end": "pause",
    }
    state = await content(await ada.put(MINE, {**WORKOUT, "repeat": None, **wanted}))
    assert {name: state[name] for name in wanted} == wanted
    assert (state["repeat"], state["rounds"]) == (None, 1440)
    assert state["device_name"] == "My phone"
    kept = site.store.read(INTERVAL, ada.account)
    assert kept is not None
    assert kept.by == ada.account


@pytest.mark.parametrize(
    "link",
    [
        PLAYLIST,
        "https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M?si=abc",
        " https://open.spotify.com/intl-de/playlist/37i9dQZF1DXcBWIGoYBM5M ",
    ],
)
async def test_link_of_a_playlist_will_do(ada: Browser, link: str) -> None:
    assert (await content(await ada.put(MINE, {**WORKOUT, "context_uri": link})))["context_uri"] == PLAYLIST


def phases(**of_first: Any) -> dict[str, Any]:
    return {**WORKOUT, "phases": [{"name": "Work", "length_s": 40, **of_first}]}


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        (phases(length_s=0), "invalid", "length_s"),
        (phases(length_s=-5), "invalid", "length_s"),
        (phases(length_s=1e9), "invalid", "length_s"),
        (phases(length_s="40"), "invalid", "length_s"),
        (phases(length_s=None), "invalid", "length_s"),
        (phases(length_s=True), "invalid", "length_s"),
        (phases(name=""), "invalid", "name"),
        (phases(name="   "), "bad_name", "name"),
        (phases(name="\u0007"), "bad_name", "name"),
        (phases(name="x" * 41), "invalid", "name"),
        (phases(colour="red"), "invalid", "colour"),
        ({**WORKOUT, "phases": []}, "invalid", "phases"),
        ({**WORKOUT, "phases": WORKOUT["phases"] * 21}, "invalid", "phases"),
        ({**WORKOUT, "repeat": 0}, "invalid", "repeat"),
        ({**WORKOUT, "repeat": -1}, "invalid", "repeat"),
        ({**WORKOUT, "repeat": 1.5}, "invalid", "repeat"),
        ({**WORKOUT, "repeat": 10**30}, "invalid", "repeat"),
        ({**WORKOUT, "repeat": 1441}, "bad_interval", "24 hours"),
        ({"phases": WORKOUT["phases"]}, "invalid", "repeat"),
        ({"repeat": 8}, "invalid", "phases"),
        ({**WORKOUT, "context_uri": "spotify:track:37i9dQZF1DXcBWIGoYBM5M"}, "bad_context", "context_uri"),
        (
            {**WORKOUT, "context_uri": "https://example.org/playlist/37i9dQZF1DXcBWIGoYBM5M"},
            "bad_context",
            "context_uri",
        ),
        ({**WORKOUT, "context_uri": 5}, "invalid", "context_uri"),
        ({**WORKOUT, "shuffle": "on"}, "invalid", "shuffle"),
        ({**WORKOUT, "at_boundary": "shout"}, "invalid", "at_boundary"),
        ({**WORKOUT, "speed": 2}, "invalid", "speed"),
        ([], "invalid", "object"),
    ],
)
async def test_bad_timer_is_refused_by_name_and_changes_nothing(
    ada: Browser, body: object, code: str, named: str
) -> None:
    await content(await ada.put(MINE, WORKOUT))
    before = await ada.json(MINE)
    answer = await content(await ada.put(MINE, body), 400)
    assert answer["error"]["code"] == code
    assert named in answer["error"]["message"]
    assert await ada.json(MINE) == before


@pytest.mark.parametrize("text", ['{"phases": [{"name": "x", "length_s": NaN}], "repeat": 1}', "{", "", "\xff"])
async def test_what_is_no_json_is_refused(ada: Browser, text: str) -> None:
    response = await ada.open("PUT", MINE, data=text.encode("latin-1"), headers={"Content-Type": "application/json"})
    assert await refusal(response, 400) in {"not_json", "not_utf8", "invalid"}


async def test_device_has_to_be_ones_own_and_to_obey(site: Site, ada: Browser) -> None:
    bob = await site.log_in("bob")
    site.seen(bob, devices=(Device("bobs", "Bob’s", "Computer"),))
    assert await refusal(await ada.put(MINE, {**WORKOUT, "device_id": "bobs"}), 404) == "no_such_device"
    site.seen(ada, devices=(Device("mute", "Speaker", "Speaker", is_restricted=True),))
    assert await refusal(await ada.put(MINE, {**WORKOUT, "device_id": "mute"}), 409) == "restricted_device"


async def test_own_timer_is_nobody_elses(site: Site, ada: Browser) -> None:
    await content(await ada.put(MINE, WORKOUT))
    assert (await (await site.log_in("bob")).json(MINE))["state"] == "none"


# In a group


async def test_host_and_co_hosts_set_the_groups_timer_and_everybody_sees_it(site: Site, ada: Browser) -> None:
    bob = await site.log_in("bob")
    group = await group_of(ada, bob)
    path = f"/api/groups/{group}/interval"
    for response in (
        await bob.put(path, WORKOUT), await bob.post(path, {"action": "start"}), await bob.delete(path),
    ):  # fmt: skip
        assert await refusal(response, 403) == "not_allowed"
    await content(await ada.put(path, WORKOUT))
    state = await bob.json(path)
    assert (state["state"], state["may_control"], state["by_name"]) == ("running", False, "Ada")
    assert (await bob.json(f"/api/groups/{group}"))["interval"]["phase_name"] == "Work"
    assert (await ada.json(path))["may_control"]
    await ada.patch(f"/api/groups/{group}/members/{bob.account}", {"role": "co-host"})
    assert (await content(await bob.post(path, {"action": "pause"})))["state"] == "paused"


async def test_groups_timer_is_not_there_for_strangers(site: Site, ada: Browser) -> None:
    group = await group_of(ada)
    stranger = await site.log_in("bob")
    for path in (f"/api/groups/{group}/interval", f"/api/groups/{group}/interval/events"):
        assert await refusal(await stranger.get(path), 404) == "not_a_member"
    assert (await stranger.get(f"/groups/{group}/timer")).status_code == 404


async def test_in_a_session_it_shows_what_everybody_hears(site: Site, ada: Browser) -> None:
    group = await group_of(ada)
    await content(await ada.put(f"/api/groups/{group}/interval", WORKOUT))
    now_ms = site.clock.now_ms()
    site.store.write(SESSION_WISH, SessionWish("running", "tonight", now_ms), group)
    timeline = Timeline(1, Track("spotify:track:x", "Undertow", duration_ms=200_000), 0.0, now_ms, True)
    site.worker.write(NIGHT, Night("tonight", ada.account, timeline=timeline, host_status="in_sync"), group)
    state = await ada.json(f"/api/groups/{group}/interval")
    assert (state["in_session"], state["playback"]["track"]["name"]) == (True, "Undertow")


async def test_screen_shows_the_count_while_it_goes_on(site: Site, ada: Browser) -> None:
    group = await group_of(ada)
    made = await content(await ada.post(f"/api/groups/{group}/screen"), 201)
    tv = site.browser()
    path = made["screen_url"].removeprefix("http://127.0.0.1:8770")
    assert '"timer": null' in await tv.text(path)
    await content(await ada.put(f"/api/groups/{group}/interval", WORKOUT))
    text = await tv.text(path)
    assert '"state": "running"' in text
    assert '"Rest"' in text


# What is in the way


def acted(site: Site, browser: Browser, **of_night: Any) -> None:
    """The worker has acted on somebody's player."""
    kept = site.store.read(INTERVAL, browser.account)
    assert kept is not None
    night = Night(str(kept.run), browser.account, **of_night)
    site.worker.write(TICKS, Ticks(kept.run, done=3, night=night), browser.account)


@pytest.mark.parametrize(
    ("of_night", "problem", "hint"),
    [
        ({"host_status": "not_premium", "host_message": "No."}, "No.", "Premium"),
        ({"host_status": "no_device", "host_message": "Nothing is active."}, "Nothing is active.", "Open Spotify"),
        ({"host_status": "restricted", "host_message": "Refused."}, "Refused.", "Choose another"),
        ({"host_status": "limited", "host_message": "A break.", "host_until_ms": 5.0}, "A break.", "by itself"),
        ({"host_status": "in_sync", "click_error": "It did not follow."}, "It did not follow.", ""),
        ({"host_status": "in_sync", "notice": "An ad plays."}, "An ad plays.", ""),
        ({"host_status": "in_sync"}, "", ""),
    ],
)
async def test_what_is_in_the_way_is_said_and_what_to_do(
    site: Site, ada: Browser, of_night: dict[str, Any], problem: str, hint: str
) -> None:
    await content(await ada.put(MINE, WORKOUT))
    acted(site, ada, **of_night)
    state = await ada.json(MINE)
    assert state["problem"] == problem
    assert hint in state["hint"]
    assert state["until_ms"] == of_night.get("host_until_ms")
    assert state["state"] == "running"


async def test_missed_changes_are_said(site: Site, ada: Browser) -> None:
    await content(await ada.put(MINE, WORKOUT))
    kept = site.store.read(INTERVAL, ada.account)
    assert kept is not None
    site.worker.write(TICKS, Ticks(kept.run, done=5, missed=3, night=Night("1", ada.account)), ada.account)
    assert "3 changes went by" in (await ada.json(MINE))["problem"]


async def test_what_another_run_met_with_is_not_shown(site: Site, ada: Browser) -> None:
    await content(await ada.put(MINE, WORKOUT))
    acted(site, ada, host_status="restricted", host_message="Refused.")
    await content(await ada.put(MINE, WORKOUT))
    assert (await ada.json(MINE))["problem"] == ""


async def test_silent_worker_is_said(site: Site, ada: Browser) -> None:
    await content(await ada.put(MINE, WORKOUT))
    site.clock.advance(seconds=20)
    state = await ada.json(MINE)
    assert "worker is not running" in state["problem"]
    assert state["state"] == "running"


async def test_own_timer_says_that_a_session_has_the_music(site: Site, ada: Browser) -> None:
    group = await group_of(ada, name="Friday night")
    site.store.write(SESSION_WISH, SessionWish("running", "tonight", site.clock.now_ms()), group)
    wish = site.store.read(WISH, ada.account) or Wish()
    site.store.write(WISH, replace(wish, listening_in=group), ada.account)
    await content(await ada.put(MINE, WORKOUT))
    assert "Friday night" in (await ada.json(MINE))["problem"]


# Pages and export


async def test_pages(site: Site, ada: Browser) -> None:
    assert "Your timer" in await page(await ada.get("/timer"))
    group = await group_of(ada, name="Friday night")
    assert "Friday night" in await page(await ada.get(f"/groups/{group}/timer"))


async def test_timer_is_part_of_what_can_be_taken_along(ada: Browser) -> None:
    await content(await ada.put(MINE, WORKOUT))
    assert (await ada.json("/api/me/export"))["interval"]["repeat"] == 8


async def test_group_that_is_gone_takes_its_timer_along(site: Site, ada: Browser) -> None:
    group = await group_of(ada)
    await content(await ada.put(f"/api/groups/{group}/interval", WORKOUT))
    await ada.delete(f"/api/groups/{group}/members/{ada.account}")
    assert site.store.read(GROUP_INTERVAL, group) is None


def test_no_timer_is_a_timer_without_phases() -> None:
    assert Interval().phases == ()
