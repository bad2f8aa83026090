"""The screen for the TV: opened with a link, and then left alone."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import GameNight, Street
from tests.browser.test_game_night import fits_its_window, music_plays

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

FULL_HD = {"width": 1920, "height": 1080}


async def link_of(ada: Page) -> str:
    """The address behind the link on the host's page."""
    link = ada.get_by_role("link", name="Open the screen")
    await expect(link).to_be_visible()
    return await link.get_attribute("href") or ""


async def open_screen(night: GameNight, street: Street) -> Page:
    """A TV that nobody is logged in at shows the group's screen."""
    await night.ada.get_by_role("button", name="Make a screen link").click()
    tv = await street.stranger()
    await tv.set_viewport_size(FULL_HD)
    await tv.goto(await link_of(night.ada))
    return tv


async def test_the_screen_shows_the_music_the_people_and_the_way_in(game_night: GameNight, street: Street) -> None:
    tv = await open_screen(game_night, street)
    await expect(tv.get_by_role("heading", level=1)).to_have_text("Game night")
    await expect(tv.get_by_role("heading", level=2)).to_have_text("No session is running")
    code = tv.get_by_role("img", name="QR code to join the group")
    await expect(code).to_be_hidden()
    await game_night.ada.get_by_label("Show the invite on the screen").check()
    await expect(code).not_to_have_js_property("naturalWidth", 0)

    name = await music_plays(game_night, street)
    await expect(tv.get_by_role("heading", level=2)).to_have_text(name)
    await expect(tv.locator("#elapsed")).not_to_have_text("0:00")
    await expect(tv.locator("#cover")).not_to_have_js_property("naturalWidth", 0)
    await expect(tv.get_by_role("region", name="Next").get_by_role("listitem")).not_to_have_count(0)
    there = tv.get_by_role("region", name="Listening")
    await expect(there.get_by_role("listitem")).to_have_text(["Ada, in sync", "Bob, in sync"])
    await expect(tv.locator("#clock")).to_have_text(re.compile(r"\d\d:\d\d"))
    assert await fits_its_window(tv)
    assert await tv.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert await tv.get_by_role("button").count() == 0

    await game_night.bob.get_by_role("button", name="Step out").click()
    await expect(there.get_by_role("listitem")).to_have_text(["Ada, in sync"])
    await game_night.ada.get_by_role("button", name="Next track").click()
    await expect(tv.get_by_role("heading", level=2)).not_to_have_text(name)


async def test_a_new_link_makes_an_end_of_the_old_screen(game_night: GameNight, street: Street) -> None:
    street.may_be_refused("/screen/")
    tv = await open_screen(game_night, street)
    old = tv.url
    await game_night.ada.get_by_role("button", name="New screen link").click()
    await expect(tv.get_by_role("status").filter(has_text="This link was replaced")).to_be_visible()
    assert await link_of(game_night.ada) != old
    await tv.goto(old)
    await expect(tv.get_by_role("heading", level=1)).to_have_text("There is no screen here")
    await tv.goto(await link_of(game_night.ada))
    await expect(tv.get_by_role("heading", level=1)).to_have_text("Game night")


async def test_listeners_do_not_see_the_link(game_night: GameNight) -> None:
    await expect(game_night.ada.get_by_role("region", name="Screen for the TV")).to_be_visible()
    await expect(game_night.bob.get_by_role("region", name="Screen for the TV")).to_be_hidden()
