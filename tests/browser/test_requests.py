"""Songs wished for and voted on, by two people in two browsers over the three processes."""

import asyncio
import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.people import GameNight, Street, title
from tests.processes import PATIENCE_S, Installation

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]


async def music_plays(night: GameNight, street: Street) -> str:
    """Ada plays an album in her own Spotify, and everybody hears it; returns the song's name."""
    spotify = await street.player("Ada")
    album = spotify.locator("button[data-uri^='spotify:album:']").first
    await album.click()
    await expect(spotify.get_by_role("button", name="Pause")).to_be_visible()
    await night.start()
    await becomes_heard(night.installation, "bob", "ada")
    await spotify.reload()
    name = await spotify.get_by_role("heading", level=1).inner_text()
    await asyncio.gather(*(expect(title(page)).to_have_text(name) for page in (night.ada, night.bob)))
    return name


async def becomes_heard(installation: Installation, *people: str) -> None:
    """Wait until all hear the same in truth."""
    heard = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            while len({one["uri"] for one in heard}) != 1 or not all(one["is_playing"] for one in heard):
                await asyncio.sleep(0.2)
                heard = [await asyncio.to_thread(installation.truth, person) for person in people]
    except TimeoutError:
        pytest.fail(f"they do not hear the same: {heard}")


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="Requests")


def waiting(page: Page) -> Locator:
    return card(page).get_by_role("list", name="Songs that wait").get_by_role("listitem")


async def wish(page: Page, words: str) -> str:
    """Search and request the first song found with the keyboard; returns its name."""
    box = card(page).get_by_role("combobox", name="Request a song")
    await box.fill(words)
    first = card(page).get_by_role("option").first
    name = await first.locator(".song").inner_text()
    await expect(box).to_have_attribute("aria-expanded", "true")
    await box.press("ArrowDown")
    await expect(first).to_have_attribute("aria-selected", "true")
    await box.press("Enter")
    await expect(card(page).get_by_text(f"{name} is on the list.")).to_be_visible()
    await expect(box).to_be_focused()
    return name


async def seek_to_the_last_seconds(page: Page, seconds: int) -> None:
    slider = page.get_by_role("slider", name="Position in the track")
    length_ms = int(await slider.get_attribute("max") or 0)
    await slider.fill(str((length_ms // 1000 - seconds) * 1000))


async def test_a_song_found_and_wished_for_is_heard_by_everybody(game_night: GameNight, street: Street) -> None:
    ada, bob = game_night.ada, game_night.bob
    await music_plays(game_night, street)
    name = await wish(bob, "light")
    await expect(waiting(ada)).to_contain_text([re.compile(f"{re.escape(name)}.*wished for by Bob", re.DOTALL)])
    await expect(waiting(bob)).to_contain_text(["your wish"])
    await seek_to_the_last_seconds(ada, 15)
    await expect(waiting(bob)).to_contain_text(["Next, wished for by Bob"])
    for page in (ada, bob):
        await expect(title(page)).to_have_text(name)
        await expect(page.get_by_text("Wished for by Bob", exact=True)).to_be_visible()
    await becomes_heard(game_night.installation, "bob", "ada")


async def test_the_host_reorders_and_vetoes_and_everybody_takes_back_their_own(
    game_night: GameNight, street: Street
) -> None:
    ada, bob = game_night.ada, game_night.bob
    await music_plays(game_night, street)
    first, second = await wish(bob, "light"), await wish(bob, "moon")
    await expect(waiting(ada)).to_contain_text([first, second])
    await ada.get_by_role("button", name=f"Move {second} up").click()
    await expect(waiting(bob)).to_contain_text([second, first])
    await expect(bob.get_by_role("button", name=f"Move {first} up")).to_have_count(0)
    await ada.get_by_role("button", name=f"Remove {first}").click()
    await expect(waiting(bob)).to_have_count(1)
    await bob.get_by_role("button", name=f"Remove {second}").click()
    await expect(card(ada)).to_contain_text("Nobody has wished for anything yet.")


async def test_a_wish_refused_says_why(game_night: GameNight, street: Street) -> None:
    bob = game_night.bob
    street.may_be_refused("/requests")
    await music_plays(game_night, street)
    name = await wish(bob, "light")
    box = card(bob).get_by_role("combobox", name="Request a song")
    await box.fill("light ")
    await card(bob).get_by_role("option").first.click()
    await expect(card(bob).get_by_role("alert")).to_have_text(f"{name} is on the list already.")
    await box.fill("no song is called like this")
    await expect(card(bob)).to_contain_text("Nothing found.")


async def test_listeners_vote_and_the_song_is_skipped_for_all(game_night: GameNight, street: Street) -> None:
    ada, bob = game_night.ada, game_night.bob
    name = await music_plays(game_night, street)
    await expect(ada.get_by_role("button", name="Skip this")).to_have_count(0)
    await bob.get_by_role("button", name="Skip this (0 of 1)").click()
    for page in (ada, bob):
        await expect(title(page)).not_to_have_text(name)
    await becomes_heard(game_night.installation, "bob", "ada")
    await expect(bob.get_by_role("button", name="Skip this (0 of 1)")).to_be_visible()


async def test_in_calm_mode_only_the_host_chooses(game_night: GameNight, street: Street) -> None:
    ada, bob = game_night.ada, game_night.bob
    await music_plays(game_night, street)
    await card(ada).get_by_text("How requests are taken").click()
    await card(ada).get_by_label("Calm mode").check()
    spotify = await street.player("Ada")
    playlist = await spotify.locator("button[data-uri^='spotify:playlist:']").first.get_attribute("data-uri")
    await card(ada).get_by_label("go on with this playlist").fill(playlist or "")
    await card(ada).get_by_role("button", name="Save").click()
    await expect(card(ada)).to_contain_text("Goes on with")
    await expect(card(bob)).to_contain_text("Calm mode is on")
    await expect(bob.get_by_role("combobox", name="Request a song")).to_be_hidden()
    await expect(bob.get_by_role("button", name="Skip this")).to_be_hidden()
    await wish(ada, "light")


async def test_the_card_fits_a_phone(game_night: GameNight, street: Street) -> None:
    await music_plays(game_night, street)
    await wish(game_night.bob, "light")
    assert await game_night.bob.evaluate("document.documentElement.scrollWidth <= innerWidth")
