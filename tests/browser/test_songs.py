"""The operator loads a catalogue; somebody finds the songs like one, changes what that means, saves and requests."""

import re
import urllib.request
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import GameNight, Street
from tests.browser.test_game_night import fits_its_window
from tests.processes import PATIENCE_S, Installation

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]


def features(installation: Installation, path: Path) -> Path:
    """The file of the invented songs' features."""
    with urllib.request.urlopen(f"{installation.spotify_url}/sim/features.csv", timeout=PATIENCE_S) as answer:
        path.write_bytes(answer.read())
    return path


async def load(page: Page, path: Path) -> None:
    await page.get_by_label("File", exact=True).set_input_files(path)
    await page.get_by_role("button", name="Load", exact=True).click()


async def test_a_catalogue_is_loaded_and_songs_like_one_are_found(
    street: Street, game_night: GameNight, tmp_path: Path
) -> None:
    page = await street.person("Ada")
    await page.goto("/operator/catalogue")
    await expect(page.get_by_text("Nothing yet.")).to_be_visible()
    spoilt = tmp_path / "spoilt.csv"
    spoilt.write_text("one,two\n1,2\n")
    await load(page, spoilt)
    await expect(page.get_by_role("alert").filter(has_text="no column for id")).to_be_visible()
    await load(page, features(street.installation, tmp_path / "features.csv"))
    await expect(page.get_by_text(re.compile(r"songs under 1,\d+ ids, from features.csv"))).to_be_visible()
    await page.get_by_label("Title or artist").fill("the")
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Take along as CSV").click()
    assert (await (await waiting.value).path()).read_text().count("\n") > 10
    await game_night.start()
    await songs_like_one(page)
    phone = await street.person("Bob", "phone")
    await phone.goto(page.url)
    await expect(phone.get_by_role("list", name="Songs like this one").get_by_role("listitem")).to_have_count(5)
    assert await fits_its_window(phone)


async def songs_like_one(page: Page) -> None:
    await page.goto("/songs")
    await page.get_by_label("Title or artist").fill("the")
    await page.keyboard.press("Enter")
    await page.locator(".song-list a").first.click()
    similar = page.get_by_role("list", name="Songs like this one").get_by_role("listitem")
    await expect(similar).to_have_count(20)
    await expect(page.locator("#radar .plot.drawn")).to_be_visible()
    await page.get_by_label("How many songs").fill("5")
    await expect(similar).to_have_count(5)
    await page.get_by_text("What “like this” means").click()
    tempo = page.get_by_role("slider", name=re.compile("^Tempo"))
    await tempo.focus()
    for _ in range(4):
        await tempo.press("ArrowRight")
    await expect(page.get_by_text("three times")).to_be_visible()
    await expect(page).to_have_url(re.compile("weights=tempo"))
    await expect(page.get_by_text("1 changed")).to_be_visible()
    wished = similar.first
    name = await wished.locator(".song").inner_text()
    await wished.get_by_role("button", name=re.compile("^Request ")).click()
    await expect(page.get_by_text(re.compile(re.escape(f"{name} is on the list of")))).to_be_visible()
    await page.get_by_label("Name of the playlist").fill("Like it")
    await page.get_by_role("button", name="Save as a playlist").click()
    await expect(page.get_by_text("“Like it” is in your Spotify, with 5 songs.")).to_be_visible()
