"""A game night as people live it: from the start page to the last log-out, in two browsers over the three processes.

The two browsers are contexts of one Chromium: they share nothing that a page could see.
"""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import GameNight, Street, agree, create_group, invite_link, row_of, title
from tests.processes import PATIENCE_S, Installation

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

IN_TIME_MS = 500.0
"""So far apart two loudspeakers may be in truth; how much better it is, is measured elsewhere."""

FOCUSED = """() => {
    const here = document.activeElement;
    const style = getComputedStyle(here);
    const shows = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    return [here.getAttribute("aria-label") ?? here.innerText.trim(), shows];
}"""
"""What has the focus, and whether that can be seen."""


async def becomes_true(is_so: Callable[[], bool], what: str) -> None:
    """Wait for the truth at the embedded Spotify."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await asyncio.to_thread(is_so):
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"waited in vain: {what}")


def hear_the_same(installation: Installation) -> bool:
    """Whether Ada and Bob hear the same moment of the same song."""
    ada, bob = installation.truth("ada"), installation.truth("bob")
    is_same = ada["is_playing"] and bob["is_playing"] and ada["uri"] == bob["uri"]
    return is_same and abs(ada["position_ms"] - bob["position_ms"]) < IN_TIME_MS


def both_silent(installation: Installation) -> bool:
    return not any(installation.truth(person)["is_playing"] for person in ("ada", "bob"))


async def play_an_album(street: Street) -> str:
    """Ada stops what she plays in her own Spotify, and plays an album instead; returns the name of the song."""
    street.installation.act("ada", "pause")
    spotify = await street.player("Ada")
    await spotify.locator("button[data-uri^='spotify:album:']").first.click()
    await expect(spotify.get_by_role("button", name="Pause")).to_be_visible()
    return await spotify.get_by_role("heading", level=1).inner_text()


async def reaches_both(night: GameNight, name: str) -> None:
    """Wait until both pages show the song of this name, and both people hear it."""
    await asyncio.gather(*(expect(title(page)).to_have_text(name) for page in (night.ada, night.bob)))
    await becomes_true(lambda: hear_the_same(night.installation), "Bob hears what Ada hears")


async def music_plays(night: GameNight, street: Street) -> str:
    """Ada plays something and starts the session; returns the song's name when it has reached both."""
    name = await play_an_album(street)
    await night.start()
    await reaches_both(night, name)
    return name


async def position_s(page: Page) -> int:
    """Seconds into the song, as the page's moving bar says."""
    words = await page.get_by_role("slider", name="Position in the track").get_attribute("aria-valuetext")
    minutes, seconds = re.match(r"(\d+):(\d\d) of ", words or "").groups()
    return 60 * int(minutes) + int(seconds)


async def tab_to(page: Page, name: str) -> list[str]:
    """Walk there with the Tab key, and see on the way what has the focus; returns the names of all that had it."""
    seen: list[str] = []
    for _ in range(60):
        await page.keyboard.press("Tab")
        focused, shows = await page.evaluate(FOCUSED)
        assert shows, f"nobody sees that {focused!r} has the focus"
        seen.append(focused)
        if focused == name:
            return seen
    pytest.fail(f"Tab never came to {name!r}, only to {seen}")


async def fits_its_window(page: Page) -> bool:
    return await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_start_page_says_what_this_is_and_how_to_begin(street: Street) -> None:
    for screen in ("desk", "phone"):
        page = await street.stranger(screen)
        await page.goto("/")
        await expect(page.get_by_role("heading", level=1)).to_have_text("One song, everybody’s speakers")
        await expect(page.get_by_role("link", name="Log in with Spotify")).to_be_visible()
        assert await fits_its_window(page)


async def test_somebody_who_denies_consent_is_told_so_and_may_try_again(street: Street) -> None:
    street.may_be_refused("/callback")
    page = await street.stranger()
    await page.goto("/")
    await page.get_by_role("link", name="Log in with Spotify").click()
    await page.get_by_role("link", name="Ada").click()
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert urlsplit(page.url).path == "/callback"
    await page.get_by_role("main").get_by_role("link", name="Log in").click()
    await agree(page, "Ada")
    await expect(page.get_by_role("heading", name="Your groups")).to_be_visible()


async def test_an_invite_link_leads_somebody_new_through_the_log_in_into_the_group(street: Street) -> None:
    ada = await street.person("Ada")
    await create_group(ada, "Six rooms")
    await expect(ada.get_by_role("img", name="QR code of the invite link")).to_have_js_property("complete", value=True)
    bob = await street.stranger("phone")
    await bob.goto(await invite_link(ada))
    await expect(bob.get_by_role("heading", level=1)).to_have_text("Six rooms")
    await bob.get_by_role("link", name="Log in with Spotify to join").click()
    await agree(bob, "Bob")
    await expect(bob.get_by_role("heading", name="Six rooms", level=1)).to_be_visible()
    assert urlsplit(bob.url).path.startswith("/join/")  # nobody is in before they say so
    await bob.get_by_role("button", name="Join the group").click()
    await bob.wait_for_url("**/groups/*")
    await expect(row_of(bob, "Bob (you)")).to_be_visible()
    await expect(row_of(ada, "Bob")).to_be_visible()
    assert await fits_its_window(bob)


async def test_somebody_without_a_device_sees_what_to_do_and_finds_one_after_switching_it_on(street: Street) -> None:
    hana = await street.person("Hana", "phone")
    await create_group(hana, "Hana alone")
    you = hana.get_by_role("region", name="You")
    await expect(you).to_contain_text("No device")
    await expect(you).to_contain_text("Open Spotify on a phone or computer")
    spotify = await street.player("Hana")
    await spotify.get_by_role("switch", name="Hana’s phone is on").check(force=True)
    await you.get_by_role("button", name="Look again").click()
    phone = you.get_by_role("button", name="Hana’s phone")
    await phone.click()
    await expect(phone).to_have_attribute("aria-pressed", "true")
    await expect(you).to_contain_text("Ready")


async def test_the_second_person_hears_what_the_first_plays_on_the_device_they_chose(
    game_night: GameNight, street: Street
) -> None:
    ada, bob, installation = game_night.ada, game_night.bob, game_night.installation
    you = bob.get_by_role("region", name="You")
    await you.get_by_text("Choose a device").click()
    await you.get_by_role("button", name="Bob’s phone").click()
    await expect(you.get_by_role("button", name="Bob’s phone")).to_have_attribute("aria-pressed", "true")
    await game_night.start()
    await expect(title(bob)).to_have_text("Nothing plays yet")
    await reaches_both(game_night, await play_an_album(street))

    await expect(row_of(ada, "Bob")).to_contain_text(re.compile(r"in sync, [+-]\d+ ms"))
    await expect(row_of(ada, "Bob")).to_contain_text("on Bob’s phone")
    await expect(row_of(bob, "Ada")).to_contain_text("sets the pace")
    for page in (ada, bob):
        cover = page.get_by_role("img", name="Cover of")
        await expect(cover).to_be_visible()
        await expect(cover).not_to_have_js_property("naturalWidth", 0)
        await expect(page.locator("#artists")).not_to_be_empty()
    before_s = await position_s(bob)
    async with asyncio.timeout(PATIENCE_S):
        while await position_s(bob) <= before_s:
            await asyncio.sleep(0.1)
    assert installation.truth("bob")["device_id"] == await chosen_device(bob)


async def chosen_device(page: Page) -> str:
    return (await (await page.request.get("/api/me")).json())["devices"]["chosen_id"]


async def test_pause_play_seek_next_and_previous_on_the_page_reach_everybody(
    game_night: GameNight, street: Street
) -> None:
    ada, bob, installation = game_night.ada, game_night.bob, game_night.installation
    first = await music_plays(game_night, street)
    song = installation.truth("ada")["uri"]
    await expect(bob.get_by_role("group", name="Playback")).to_be_hidden()

    await ada.get_by_role("button", name="Pause").click()
    await becomes_true(lambda: both_silent(installation), "a pause silences both")
    await ada.get_by_role("button", name="Play", exact=True).click()
    await becomes_true(lambda: hear_the_same(installation), "they go on together")

    await ada.get_by_role("slider", name="Position in the track").fill("90000")
    await becomes_true(lambda: installation.truth("bob")["position_ms"] > 90_000, "Bob is carried along by a seek")
    await becomes_true(lambda: hear_the_same(installation), "they are together after the seek")
    assert await position_s(bob) >= 90

    await ada.get_by_role("button", name="Next track").click()
    await expect(title(bob)).not_to_have_text(first)
    await becomes_true(
        lambda: hear_the_same(installation) and installation.truth("ada")["uri"] != song,
        "they hear the next song together",
    )
    await ada.get_by_role("button", name="Previous track").click()
    await asyncio.gather(*(expect(title(page)).to_have_text(first) for page in (ada, bob)))
    await becomes_true(
        lambda: hear_the_same(installation) and installation.truth("ada")["uri"] == song,
        "they hear the song before together",
    )


async def test_whoever_steps_out_is_left_alone_until_they_rejoin(game_night: GameNight, street: Street) -> None:
    ada, bob, installation = game_night.ada, game_night.bob, game_night.installation
    first = await music_plays(game_night, street)
    await bob.get_by_role("button", name="Step out").click()
    await expect(bob.get_by_role("region", name="You")).to_contain_text("Stepped out")
    await expect(row_of(ada, "Bob")).to_contain_text("stepped out")
    alone = installation.truth("bob")["uri"]

    await ada.get_by_role("button", name="Next track").click()
    await expect(title(bob)).not_to_have_text(first)
    await becomes_true(lambda: installation.truth("ada")["uri"] != alone, "Ada hears the next song")
    assert installation.truth("bob")["uri"] == alone

    await bob.get_by_role("button", name="Rejoin").click()
    await becomes_true(lambda: hear_the_same(installation), "Bob is back where Ada is")
    await expect(row_of(ada, "Bob")).to_contain_text("in sync")


async def test_a_new_invite_link_makes_an_end_of_the_old_one(game_night: GameNight, street: Street) -> None:
    street.may_be_refused("/join/")
    ada = game_night.ada
    old = await invite_link(ada)
    await ada.get_by_role("button", name="New link").click()
    await expect(ada.get_by_role("textbox", name="Invite link")).not_to_have_value(old)
    guest = await street.stranger()
    await guest.goto(old)
    await expect(guest.get_by_role("heading", level=1)).to_have_text("This invitation is not valid")
    await guest.goto(await invite_link(ada))
    await expect(guest.get_by_role("heading", level=1)).to_have_text("Game night")


async def test_co_host_drives_the_music_and_a_new_host_takes_over(game_night: GameNight, street: Street) -> None:
    ada, bob, installation = game_night.ada, game_night.bob, game_night.installation
    await music_plays(game_night, street)
    await ada.get_by_label("Manage Bob").click()
    await ada.get_by_role("button", name="Make co-host").click()
    await expect(row_of(bob, "Bob (you)")).to_contain_text("Co-host")
    await bob.get_by_role("button", name="Pause").click()
    await becomes_true(lambda: both_silent(installation), "the co-host pauses both")

    await ada.get_by_label("Manage Bob").click()
    await ada.get_by_role("button", name="Make host").click()
    await expect(row_of(bob, "Bob (you)")).to_contain_text("Host")
    await expect(row_of(bob, "Ada")).to_contain_text("Co-host")
    await expect(ada.get_by_label("Manage Bob")).to_be_hidden()


async def test_somebody_removed_is_out_at_once_and_the_host_leaves_last(game_night: GameNight, street: Street) -> None:
    ada, bob = game_night.ada, game_night.bob
    street.may_be_refused(urlsplit(bob.url).path)
    street.may_be_refused("/leave")
    group = ada.url
    await ada.get_by_text("Manage the group").click()
    await ada.get_by_role("button", name="Leave the group").click()
    await expect(ada.get_by_role("main")).to_contain_text("hand the group over")
    await ada.goto(group)

    await ada.get_by_label("Manage Bob").click()
    await ada.get_by_role("button", name="Remove from group").click()
    await expect(bob.get_by_role("heading", name="Your groups")).to_be_visible()
    await bob.goto(group)
    await expect(bob.get_by_role("heading", level=1)).to_have_text("There is nothing here")

    await ada.get_by_text("Manage the group").click()
    await ada.get_by_role("button", name="Leave the group").click()
    await expect(ada.get_by_role("heading", name="Your groups")).to_be_visible()
    await expect(ada.locator(f"a[href='{urlsplit(group).path}']")).to_have_count(0)


async def test_logging_out_ends_this_browser_and_no_other(street: Street) -> None:
    here, elsewhere = await asyncio.gather(street.log_in("Ada"), street.log_in("Ada", "phone"))
    await here.get_by_role("navigation", name="You").get_by_role("link", name="Ada").click()
    street.may_be_refused("/api/live")  # a connection of the page that is just being opened
    await here.get_by_role("button", name="Log out of this browser").click()
    await expect(here.get_by_role("link", name="Log in with Spotify")).to_be_visible()
    await elsewhere.reload()
    await expect(elsewhere.get_by_role("heading", name="Your groups")).to_be_visible()


async def test_disconnecting_offers_the_data_and_then_forgets_it(street: Street, tmp_path: Path) -> None:
    edda = await street.log_in("Edda", "phone")
    await create_group(edda, "Edda’s own")
    await edda.get_by_role("navigation", name="You").get_by_role("link", name="Edda").click()
    await edda.get_by_role("link", name="Disconnect my account").click()
    await expect(edda.get_by_role("main")).to_contain_text("Edda’s own has nobody else in it and is deleted")
    async with edda.expect_download() as download:
        await edda.get_by_role("link", name="Download my data").click()
    await (await download.value).save_as(tmp_path / "export.json")
    export = json.loads((tmp_path / "export.json").read_text())
    assert export["account"]["display_name"] == "Edda"
    assert [group["name"] for group in export["groups"]] == ["Edda’s own"]

    await edda.get_by_role("button", name="Disconnect and delete everything").click()
    await expect(edda.get_by_role("link", name="Log in with Spotify")).to_be_visible()
    store = street.installation.store
    assert not (store / "accounts" / export["account"]["id"]).exists()
    assert not (store / "groups" / export["groups"][0]["id"]).exists()


async def test_a_session_is_started_and_paused_without_a_mouse(game_night: GameNight, street: Street) -> None:
    ada = game_night.ada
    await ada.reload()
    await expect(ada.get_by_role("button", name="Start session")).to_be_visible()
    name = await play_an_album(street)
    await tab_to(ada, "Start session")
    await ada.keyboard.press("Enter")
    await reaches_both(game_night, name)
    await ada.reload()
    await expect(ada.get_by_role("button", name="Pause")).to_be_visible()
    await tab_to(ada, "Pause")
    await ada.keyboard.press("Space")
    await becomes_true(lambda: both_silent(game_night.installation), "the space bar pauses both")
    on_the_way = await tab_to(ada, "Manage the group")
    assert {"Next track", "Stop session", "Manage Bob", "Copy link", "New link"} <= set(on_the_way)


async def test_the_page_is_no_wider_than_its_window_and_people_stand_below_each_other(game_night: GameNight) -> None:
    for page in (game_night.ada, game_night.bob):
        assert await page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        first, second = [await row.bounding_box() for row in (row_of(page, "Ada"), row_of(page, "Bob"))]
        assert first
        assert second
        assert (first["x"], first["width"]) == (second["x"], second["width"])
        assert first["y"] + first["height"] <= second["y"]
