"""The interval timer in a real browser: set up by keyboard, right after the tab slept, and on everybody's pages."""

import asyncio
import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import GameNight, Street
from tests.browser.test_game_night import fits_its_window, music_plays
from tests.browser.test_screen import open_screen

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

LEFT = re.compile(r"^\d:\d\d$")


async def seconds_left(page: Page) -> int:
    """What the countdown shows."""
    minutes, _, seconds = (await page.locator("#left").inner_text()).partition(":")
    return int(minutes) * 60 + int(seconds)


async def open_timer(street: Street, name: str = "Ada") -> Page:
    """Somebody who plays an album opens their own timer; one that was there before is gone."""
    street.installation.put_music_on(name.lower())
    page = await street.person(name)
    await page.request.delete("/api/me/interval")
    await page.goto("/timer")
    return page


async def test_a_timer_is_set_up_and_driven_by_keyboard_alone(street: Street) -> None:
    page = await open_timer(street)
    await expect(page.get_by_text("No timer yet")).to_be_visible()
    await page.get_by_role("button", name="On 20, off 10").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("4:00 in all.")).to_be_visible()
    first = page.get_by_role("group", name="Phase 1")
    await first.get_by_label("Name").focus()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Sprint")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("30")
    await page.keyboard.press("Enter")

    pause = page.get_by_role("button", name="Pause", exact=True)
    await expect(pause).to_be_focused()
    await expect(page.locator("#phase")).to_have_text("Sprint")
    await expect(page.locator("#round")).to_have_text("Round 1 of 8")
    await expect(page.locator("#next-phase")).to_have_text("Next: Off")
    assert await seconds_left(page) > 20
    await expect(page.locator("#announcement")).to_have_text("Sprint. Round 1 of 8.")
    await expect(page.locator("#title")).not_to_have_text("")

    await page.keyboard.press("Enter")
    await expect(page.locator("#round")).to_have_text("Round 1 of 8 · paused")
    left = await seconds_left(page)
    await asyncio.sleep(1.2)
    assert await seconds_left(page) == left
    song = await page.locator("#title").inner_text()
    await page.get_by_role("button", name="Skip now").focus()
    await page.keyboard.press("Space")
    await expect(page.locator("#phase")).to_have_text("Off")
    await expect(page.locator("#left")).to_have_text("0:10")
    await expect(page.locator("#title")).not_to_have_text(song)
    await page.get_by_role("button", name="Resume").press("Enter")
    await expect(page.locator("#phase")).to_have_text("Sprint")  # ten seconds later, by itself
    await expect(page.locator("#round")).to_have_text("Round 2 of 8")
    await page.get_by_role("button", name="Reset").press("Enter")
    await expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    await page.get_by_role("button", name="End", exact=True).press("Enter")
    await expect(page.get_by_text("No timer yet")).to_be_visible()


async def test_the_countdown_is_right_after_the_tab_slept_and_wherever_it_is_opened(street: Street) -> None:
    page = await open_timer(street)
    await page.get_by_role("button", name="Start", exact=True).click()
    await expect(page.locator("#left")).to_have_text(LEFT)
    other = await street.person("Ada", "phone")
    await other.goto("/timer")
    await expect(other.locator("#phase")).to_have_text("Work")
    assert abs(await seconds_left(page) - await seconds_left(other)) <= 1
    assert await fits_its_window(other)
    # A tab that slept: its clock went on, its timers did not, the feed was cut.
    await page.context.set_offline(True)
    await page.evaluate("Date.now = ((now) => () => now() + 25_000)(Date.now)")
    most = await seconds_left(other) - 24
    await page.wait_for_function(
        "(most) => Number(document.getElementById('left').textContent.split(':')[1]) <= most", arg=most
    )
    await page.context.set_offline(False)
    await page.close()
    again = await street.person("Ada")
    await again.goto("/timer")
    await expect(again.locator("#phase")).to_have_text("Work")
    assert abs(await seconds_left(again) - await seconds_left(other)) <= 1


async def test_what_does_not_fit_is_said_and_the_focus_goes_there(street: Street) -> None:
    street.may_be_refused("/api/me/interval")
    page = await open_timer(street)
    start = page.get_by_role("button", name="Start", exact=True)
    seconds = page.get_by_role("group", name="Phase 1").get_by_label("s", exact=True)
    await seconds.fill("-3")
    await start.click()
    await expect(page.get_by_role("alert")).to_contain_text("“Work” has to last from 1 s to 24 hours")
    await expect(page.get_by_role("group", name="Phase 1").get_by_label("min")).to_be_focused()
    await seconds.fill("40")
    await page.get_by_label("How often").fill("0")
    await start.click()
    await expect(page.get_by_role("alert")).to_contain_text("How often")
    await page.get_by_label("How often").fill("8")
    await page.locator("#music-choice").select_option("A playlist or album by its link")
    await page.get_by_label("Its link or URI").fill("https://example.org/")
    await start.click()
    await expect(page.get_by_role("alert")).to_contain_text("no link or URI of a Spotify playlist")
    await expect(page.get_by_text("No timer yet")).to_be_visible()


async def test_no_premium_is_said_in_words(street: Street) -> None:
    page = await open_timer(street, "Finn")
    await page.get_by_role("button", name="Start", exact=True).click()
    await page.get_by_role("button", name="Skip now").click()
    await expect(page.locator("#problem")).to_contain_text("Premium")
    await expect(page.locator("#phase")).to_have_text("Rest")  # the count goes on
    await page.request.delete("/api/me/interval")


async def test_a_groups_timer_moves_everybody_and_shows_on_every_page(game_night: GameNight, street: Street) -> None:
    tv = await open_screen(game_night, street)
    name = await music_plays(game_night, street)
    ada, bob = game_night.ada, game_night.bob
    await expect(bob.get_by_role("region", name="Interval timer")).to_be_hidden()
    await ada.get_by_role("link", name="Set up a timer").click()
    await expect(ada.get_by_role("group", name="Phase 2")).to_be_visible()
    await ada.get_by_role("button", name="On 20, off 10").click()
    await ada.get_by_role("button", name="Start", exact=True).click()
    await expect(ada.locator("#title")).to_have_text(name)
    card = bob.get_by_role("region", name="Interval timer")
    await expect(card).to_contain_text("On")
    await expect(card).to_contain_text("Round 1 of 8")
    await expect(tv.locator("#timer-phase")).to_have_text("On")
    await expect(tv.locator("#timer-left")).to_have_text(LEFT)
    assert await fits_its_window(tv)
    await expect(tv.locator("#timer-phase")).to_have_text("Off")
    await expect(tv.get_by_role("heading", level=2)).not_to_have_text(name)
    await expect(bob.locator("#title")).not_to_have_text(name)
    await card.get_by_role("link", name="Open the timer").click()
    await expect(bob.locator("#phase")).to_have_text(re.compile("On|Off"))
    await expect(bob.get_by_text("The host and co-hosts set the timer.")).to_be_visible()
    await expect(bob.get_by_role("button", name="Skip now")).to_be_hidden()
    await ada.get_by_role("button", name="End", exact=True).click()
    await expect(tv.locator("#timer")).to_be_hidden()
    await ada.get_by_role("link", name="Game night").click()
    await bob.go_back()


async def test_sound_cues_are_off_until_somebody_wants_them_in_this_browser(street: Street) -> None:
    page = await open_timer(street)
    cues = page.get_by_label("Sound cues in this browser")
    await expect(cues).not_to_be_checked()
    await cues.check()
    await page.get_by_role("button", name="Start", exact=True).click()
    await page.reload()
    await expect(cues).to_be_checked()
    await page.request.delete("/api/me/interval")


async def test_one_of_my_playlists_is_chosen_and_starts_with_the_timer(street: Street) -> None:
    page = await open_timer(street)
    await page.locator("#music-choice").select_option("One of my playlists")
    playlists = page.locator("#mine")
    await expect(playlists.locator("option")).not_to_have_count(0)
    chosen = await playlists.locator("option").last.get_attribute("value")
    await playlists.select_option(chosen)
    before = street.installation.truth("ada")["uri"]
    await page.get_by_role("button", name="Start", exact=True).click()
    await expect(page.locator("#phase")).to_have_text("Work")
    async with asyncio.timeout(20):
        while street.installation.truth("ada")["uri"] == before:
            await asyncio.sleep(0.2)
    state = await (await page.request.get("/api/me/interval")).json()
    assert state["context_uri"] == chosen
    await page.request.delete("/api/me/interval")
