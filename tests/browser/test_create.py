"""Lists made of seeds in a real browser, by keyboard alone and on a phone; nothing of it costs a call to Spotify."""

import asyncio
import csv
import re
import urllib.request
from datetime import UTC, datetime

import pytest
from playwright.async_api import Locator, Page, Route, expect

from songswap.catalogue.loading import Loading
from tests.browser.people import Street
from tests.processes import PATIENCE_S, Installation, ask

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module", autouse=True)
def catalogue(installation: Installation) -> None:
    """The invented songs' features, loaded while everything runs."""
    path = installation.folder / "features.csv"
    with urllib.request.urlopen(f"{installation.spotify_url}/sim/features.csv", timeout=PATIENCE_S) as answer:
        path.write_bytes(answer.read())
    Loading(installation.store).run(path, called="the invented songs", now_ms=0.0)


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Add a song or an artist")


def seeds(page: Page) -> Locator:
    return page.get_by_role("list", name="Seeds").get_by_role("listitem")


def songs(page: Page) -> Locator:
    return page.get_by_role("list", name="Songs of the list").get_by_role("listitem")


def asked(street: Street) -> int:
    """How often Spotify was asked for anything but what people heard lately, which the worker asks at its own time."""
    return sum("recently-played" not in call["path"] for call in street.installation.calls())


async def add(page: Page, words: str, down: int = 1) -> str:
    """Add what the arrows lead to among the suggestions; returns its name."""
    await box(page).press_sequentially(words)
    found = page.get_by_role("option").nth(down - 1)
    name = await found.locator(".song").inner_text()
    for _ in range(down):
        await box(page).press("ArrowDown")
    await expect(found).to_have_attribute("aria-selected", "true")
    await box(page).press("Enter")
    await expect(seeds(page).last).to_contain_text(name)
    return name


def unheard(installation: Installation, person: str) -> str:
    """An artist whom somebody has not played as far as Spotify tells, whenever the worker asks."""
    url, today = installation.spotify_url, f"{datetime.now(UTC):%Y-%m-%d}"
    plays = ask(f"{url}/sim/players/{person}/plays?days=30&until={today}")["items"]
    heard = {artist["name"] for play in plays for artist in play["track"]["artists"]}
    with urllib.request.urlopen(f"{url}/sim/genres.csv", timeout=PATIENCE_S) as answer:
        artists = [row[0] for row in csv.reader(answer.read().decode().splitlines()[1:])]
    return next(artist for artist in artists if artist not in heard)


async def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(60):
        if await target.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    pytest.fail("the keyboard does not lead there")


async def names(page: Page) -> list[str]:
    return [await one.inner_text() for one in await songs(page).locator(".song").all()]


async def test_a_list_is_made_by_keyboard_alone(street: Street) -> None:
    page = await street.person("Ada")
    await page.goto("/create")
    await expect(page.get_by_role("link", name="Create")).to_have_attribute("aria-current", "page")
    await tab_to(page, box(page))
    first = await add(page, "the", down=2)
    await add(page, "light")
    await expect(page.get_by_text("2 of 5")).to_be_visible()
    before = asked(street)
    energy = page.get_by_role("checkbox", name="Energy")
    await tab_to(page, energy)
    await page.keyboard.press("Space")
    slider = page.get_by_role("slider", name="Energy")
    await tab_to(page, slider)
    await page.keyboard.press("End")
    await expect(slider).to_have_attribute("aria-valuetext", "1.00")
    await tab_to(page, page.get_by_role("button", name="Show the songs"))
    await page.keyboard.press("Enter")
    await expect(songs(page)).to_have_count(30)
    await expect(page.get_by_role("heading", name="The list")).to_be_focused()
    await expect(songs(page).filter(has_text=f"like {first}").first).to_contain_text(re.compile(r"energy [01]"))
    chosen = await names(page)
    await tab_to(page, page.get_by_role("button", name=f"Remove {chosen[0]}").first)
    await page.keyboard.press("Enter")
    await expect(songs(page)).to_have_count(29)
    await expect(page.get_by_role("button", name=f"Remove {chosen[1]}").first).to_be_focused()
    assert asked(street) == before


async def test_the_number_brings_the_same_list_back(street: Street) -> None:
    page = await street.person("Ada")
    await page.goto("/create")
    await add(page, "the")
    await page.get_by_role("button", name="Show the songs").click()
    await expect(songs(page)).to_have_count(30)
    chosen, number = await names(page), page.get_by_label("Number of the choice")
    shown = await number.input_value()
    await page.get_by_role("button", name="Another choice").click()
    await expect(number).not_to_have_value(shown)
    assert await names(page) != chosen
    await number.fill(shown)
    await expect(page.get_by_text("You have changed something since")).to_be_visible()
    await number.press("Enter")
    await expect(songs(page).locator(".song").first).to_have_text(chosen[0])
    await expect(page.get_by_text("You have changed something since")).to_be_hidden()
    assert await names(page) == chosen


async def test_the_list_is_saved_as_a_playlist_and_added_to_one(street: Street) -> None:
    page = await street.person("Ada")
    await page.goto("/create")
    await add(page, "the")
    await page.get_by_label("Songs, up to 100").fill("12")
    await page.get_by_role("button", name="Show the songs").click()
    await expect(songs(page)).to_have_count(12)
    await songs(page).first.get_by_role("button").click()
    card = page.get_by_role("region", name="Save it")
    await card.get_by_label("Name of the playlist").fill("Made by hand")
    await card.get_by_role("button", name="Save as a playlist").click()
    await expect(card.get_by_text("“Made by hand” is in your Spotify, with 11 songs.")).to_be_visible()
    await expect(card.get_by_role("link", name="Open it in Spotify")).to_have_attribute(
        "href", re.compile("/playlist/")
    )
    await card.get_by_role("button", name="Look for my playlists").click()
    await expect(card.get_by_text(re.compile("playlists are yours"))).to_be_visible()
    await card.get_by_label("Where").select_option(label="At the end of “Made by hand”")
    await expect(card.get_by_label("Name of the playlist")).to_be_hidden()
    await card.get_by_role("button", name="Add to this playlist").click()
    await expect(card.get_by_text("“Made by hand” has 11 songs more.")).to_be_visible()
    await card.get_by_role("button", name="Look for my playlists").click()
    await expect(card.get_by_text(re.compile("playlists are yours"))).to_be_visible()
    told = await (await page.request.get("/api/me/playlists")).json()
    assert [one["tracks"] for one in told["items"] if one["name"] == "Made by hand"] == [22]


async def test_suggestions_that_are_overtaken_are_called_off(street: Street) -> None:
    page = await street.person("Ada")
    await page.goto("/create")
    asked: list[str] = []
    gate = asyncio.Event()

    async def slow(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            await gate.wait()
        await route.continue_()

    await page.route("**/api/create/seeds?*", slow)
    async with page.expect_event("requestfailed") as failed:
        await box(page).press_sequentially("the fa")
        await _until(asked, 1)
        await box(page).press_sequentially("ded")
        await _until(asked, 2)
    assert "the+fa" in (await failed.value).url
    gate.set()
    await expect(page.get_by_role("option").first).to_contain_text("Faded")
    assert len(asked) == 2  # one question a pause, not one a letter
    await page.keyboard.press("Escape")
    await expect(box(page)).to_have_attribute("aria-expanded", "false")
    await page.unroute_all(behavior="ignoreErrors")


async def _until(asked: list[str], count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while len(asked) < count:
            await asyncio.sleep(0.02)


async def test_what_can_not_be_done_is_said_on_the_page(street: Street) -> None:
    page = await street.person("Ada")
    street.may_be_refused("/api/create/preview")
    await page.goto("/create")
    await page.get_by_role("button", name="Show the songs").click()
    await expect(page.get_by_role("alert")).to_have_text("Choose at least one song or artist to begin with.")
    await expect(page.get_by_text("Nothing chosen yet.")).to_be_visible()
    await add(page, unheard(street.installation, "ada"))
    await page.get_by_role("radio", name="Our histories").check()
    await expect(page.get_by_label("Whose histories")).to_be_visible()
    await page.get_by_role("button", name="Show the songs").click()
    await expect(page.get_by_role("alert")).to_contain_text("Nobody whose listening you may see has played")
    await expect(page.get_by_role("radio", name="ReccoBeats")).to_be_disabled()
    await box(page).fill("xyzzy")
    await expect(page.get_by_text("Nothing found.")).to_be_visible()


async def test_five_seeds_are_the_most_and_can_be_taken_away(street: Street) -> None:
    page = await street.person("Ada")
    await page.goto("/create")
    for down in range(1, 6):
        await add(page, "the", down)
    await expect(box(page)).to_be_hidden()
    await seeds(page).first.get_by_role("button").click()
    await expect(box(page)).to_be_visible()
    await expect(page.get_by_text("4 of 5")).to_be_visible()


async def test_the_page_fits_a_phone(street: Street) -> None:
    page = await street.person("Bob", "phone")
    await page.goto("/create")
    await add(page, "the")
    await page.get_by_role("heading", name="How it shall sound").click()
    await page.get_by_role("checkbox", name="Tempo").check()
    await page.get_by_role("button", name="Show the songs").click()
    await expect(songs(page)).to_have_count(30)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    low = await page.evaluate(
        "[...document.querySelectorAll('main button, main summary, main .source-choice')]"
        ".filter(one => one.offsetHeight && one.offsetHeight < 43).map(one => one.outerHTML.slice(0, 80))"
    )
    assert low == []
