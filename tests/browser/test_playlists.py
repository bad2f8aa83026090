"""Top tracks, lists saved once, and playlists that renew themselves, as somebody at a browser makes them."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import Street

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]


async def at_playlists(street: Street, person: str, kind: str = "desk") -> Page:
    page = await street.person(person, kind)
    await page.goto("/playlists")
    return page


async def test_top_tracks_of_another_time_are_shown_in_place(street: Street) -> None:
    page = await at_playlists(street, "Ada")
    tracks = page.locator("#top-tracks > li")
    await expect(tracks).to_have_count(10)
    of_four_weeks = await tracks.first.inner_text()
    await page.get_by_label("1 year").check()
    await expect(tracks.first).not_to_have_text(of_four_weeks)
    await page.locator("#more-tracks").click()
    await expect(tracks).to_have_count(50)


async def test_a_playlist_that_renews_itself_is_made_by_keyboard_paused_and_deleted(street: Street) -> None:
    page = await at_playlists(street, "Bob")
    await expect(page.locator("#top-tracks > li")).to_have_count(10)
    await page.get_by_role("button", name="New").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#kind")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#playlist-form")).to_be_hidden()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Top of four weeks").press("Enter")
    await expect(page.locator("#preview > li")).to_have_count(12)
    await page.locator("#name").fill("Mine, renewed")
    await page.locator("#name").press("Enter")
    row = page.locator("#renewals > li")
    await expect(row.get_by_text("Up to date")).to_be_visible()
    await expect(row).to_contain_text("50 in it")
    await row.get_by_role("button", name="Changes").press("Enter")
    await expect(page.locator("#changes-list")).to_contain_text("50 came in")
    await page.keyboard.press("Escape")
    await row.get_by_role("button", name="Pause").press("Enter")
    await expect(row.get_by_text("Paused", exact=True)).to_be_visible()
    await row.get_by_role("button", name="Delete").press("Enter")
    await page.locator("#confirm-yes").press("Enter")
    await expect(row).to_have_count(0)
    await expect(page.locator("#no-renewals")).to_be_visible()


async def test_a_list_is_saved_once_on_a_phone(street: Street) -> None:
    page = await at_playlists(street, "Cleo", "phone")
    await expect(page.locator("#top-tracks > li")).to_have_count(10)
    await page.get_by_role("button", name="Make a playlist of it").click()
    await page.get_by_label("Once, as it is now").check()
    await expect(page.locator("#preview > li")).to_have_count(12)
    await page.locator("#name").fill("Four weeks of mine")
    await page.get_by_role("button", name="Save it").click()
    row = page.locator("#saved > li")
    await expect(row).to_contain_text("Four weeks of mine")
    await expect(row.get_by_text("Done")).to_be_visible()
    await expect(row.get_by_role("link")).to_have_attribute("href", re.compile("playlist"))


async def test_without_a_history_the_form_says_what_to_do(street: Street) -> None:
    page = await at_playlists(street, "Dario")
    await page.get_by_role("button", name="New").click()
    await expect(page.locator("#preview-note")).to_contain_text("bring your history first")
