"""How long and how closely, who leads, and fine tuning by ear."""

import asyncio

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.people import GameNight, Street, row_of
from tests.browser.test_game_night import becomes_true, hear_the_same, music_plays
from tests.processes import Installation

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

CLOSE_MS = 500.0


def length(page: Page) -> Locator:
    return page.get_by_role("combobox", name="How long tonight")


def precision(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Precision")


def tuning(page: Page) -> Locator:
    return page.get_by_role("slider", name="Fine tuning by ear")


def is_ahead(installation: Installation, by_ms: float) -> bool:
    """Whether Bob hears the song of Ada's by so much earlier."""
    ada, bob = installation.truth("ada"), installation.truth("bob")
    is_same = ada["is_playing"] and bob["is_playing"] and ada["uri"] == bob["uri"]
    return is_same and abs(bob["position_ms"] - ada["position_ms"] - by_ms) < CLOSE_MS


async def test_the_host_chooses_length_and_precision_before_and_during_the_night(
    game_night: GameNight, street: Street
) -> None:
    ada = game_night.ada
    await expect(length(game_night.bob)).to_be_hidden()
    await expect(ada.get_by_text("No limit of calls is known yet.")).to_be_visible()
    await length(ada).select_option("2 h")
    await precision(ada).select_option("Looks every 2.5 s")
    await music_plays(game_night, street)
    await ada.reload()
    await expect(length(ada)).to_have_value("2")
    await expect(precision(ada)).to_have_value("2.5")
    async with ada.expect_response("**/session") as answered:
        await precision(ada).select_option("I play from this page only")
    session = (await (await answered.value).json())["session"]
    assert (session["hours"], session["precision_s"]) == (2, None)
    await ada.reload()
    await expect(precision(ada)).to_have_value("page")
    await expect(ada.get_by_role("button", name="Stop session")).to_be_visible()


async def test_what_bob_hears_late_plays_earlier_and_back(game_night: GameNight, street: Street) -> None:
    bob = game_night.bob
    await music_plays(game_night, street)
    await expect(tuning(bob)).to_be_visible()
    await expect(tuning(game_night.ada)).to_be_hidden()
    await tuning(bob).focus()
    await bob.keyboard.press("ArrowRight")
    await expect(tuning(bob)).to_have_attribute("aria-valuetext", "10 ms late")
    async with bob.expect_response("**/api/me/trim"):
        await bob.keyboard.press("End")
    await expect(tuning(bob)).to_have_attribute("aria-valuetext", "2000 ms late")
    await becomes_true(lambda: is_ahead(street.installation, 2_000), "Bob's device plays two seconds earlier")
    await bob.reload()
    await expect(tuning(bob)).to_have_value("2000")
    async with bob.expect_response("**/api/me/trim"):
        await tuning(bob).fill("0")
    await becomes_true(lambda: hear_the_same(street.installation), "Bob's device plays in time again")


async def test_what_is_set_while_the_step_before_is_being_kept_is_not_lost(
    game_night: GameNight, street: Street
) -> None:
    bob = game_night.bob
    await music_plays(game_night, street)
    told: list[object] = []

    async def slowly(route: Route) -> None:
        told.append(route.request.post_data_json["trim_ms"])
        await asyncio.sleep(2)
        await route.continue_()

    await bob.route("**/api/me/trim", slowly)
    await tuning(bob).focus()
    async with bob.expect_request("**/api/me/trim"):
        await bob.keyboard.press("ArrowRight")
    await bob.keyboard.press("End")
    await becomes_true(lambda: is_ahead(street.installation, 2_000), "the last step counts")
    await expect(tuning(bob)).to_have_value("2000")
    assert told == [10, 2_000]
    async with bob.expect_response("**/api/me/trim"):
        await tuning(bob).fill("0")
    await becomes_true(lambda: hear_the_same(street.installation), "Bob's device plays in time again")


async def test_the_lead_is_taken_shown_to_all_and_taken_back(game_night: GameNight, street: Street) -> None:
    ada, bob = game_night.ada, game_night.bob
    await music_plays(game_night, street)
    await expect(bob.get_by_role("button", name="Take the lead")).to_be_hidden()
    await row_of(ada, "Bob").get_by_text("Manage Bob").or_(row_of(ada, "Bob").locator("summary")).first.click()
    await ada.get_by_role("button", name="Make co-host").click()
    await bob.get_by_role("button", name="Take the lead").click()
    for page in (ada, bob):
        await expect(page.get_by_text("Bob leads.")).to_be_visible()
    await expect(row_of(ada, "Bob").get_by_text("sets the pace")).to_be_visible()
    await expect(row_of(ada, "Ada").get_by_text("in sync")).to_be_visible()
    await becomes_true(lambda: hear_the_same(street.installation), "both hear the same")
    await ada.get_by_role("button", name="Take the lead back").click()
    await expect(row_of(ada, "Ada").get_by_text("sets the pace")).to_be_visible()
    await expect(bob.get_by_text("Bob leads.")).to_be_hidden()
    await becomes_true(lambda: hear_the_same(street.installation), "both hear the same")


async def test_clicks_start_and_stop(street: Street) -> None:
    page = await street.person("Bob", "phone")
    await page.goto("/clicks")
    await page.get_by_role("button", name="Start the clicks").click()
    await expect(page.get_by_role("status")).to_contain_text("In time with SongSwap")
    await expect(page.locator("#beats .on")).to_have_count(1)
    await page.get_by_role("button", name="Stop the clicks").click()
    await expect(page.locator("#beats .on")).to_have_count(0)
