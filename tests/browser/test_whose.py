"""Whose song is it: three people agree, it is learnt, a song is guessed, and one round is played with the TV beside."""

import asyncio
import csv
import re
import urllib.request

import pytest
from playwright.async_api import Page, expect

from songswap.documents import PLAYS, TRACK_NAMES
from songswap.model.history import Play, TrackName
from songswap.store import Store
from songswap.web.people.accounts import everybody
from tests.browser.people import Street, create_group, invite_link, row_of
from tests.browser.test_game_night import fits_its_window
from tests.processes import PATIENCE_S, Installation

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

SONGS_EACH = 30
START_MS = 1_750_000_000_000
LEARNING_MS = 90_000.0
"""It is learnt in a process that lets everything else go first."""


def bring_histories(installation: Installation, *people: str) -> dict[str, list[TrackName]]:
    """Each has brought plays of artists of their own, out of the embedded Spotify's catalogue."""
    with urllib.request.urlopen(f"{installation.spotify_url}/sim/features.csv", timeout=PATIENCE_S) as answer:
        rows = list(csv.DictReader(answer.read().decode().splitlines()))
    artists = sorted({row["artists"].split(";")[0] for row in rows})
    importer = Store(installation.store, "importer")
    accounts = {account.user_id: account.id for account in everybody(importer)}
    brought = {}
    for number, person in enumerate(people):
        theirs = set(artists[number :: len(people)])
        songs = [
            TrackName(row["track_id"], row["track_name"], row["artists"].split(";")[0])
            for row in rows
            if row["artists"].split(";")[0] in theirs
        ][:SONGS_EACH]
        plays = [
            Play(START_MS + 1_000 * place, songs[place % len(songs)].id, 200_000) for place in range(4 * len(songs))
        ]
        importer.extend(TRACK_NAMES, songs, accounts[person], "export")
        importer.extend(PLAYS, plays, accounts[person], "export", "2025-06")
        brought[person] = songs
    return brought


def name(page: Page, who: str):  # type: ignore[no-untyped-def]
    return page.get_by_role("group", name="Whose is it?").get_by_role("button", name=who)


async def test_three_people_agree_and_play_one_game(street: Street) -> None:
    people = [await street.person(*one) for one in (("Ada", "desk"), ("Bob", "phone"), ("Cleo", "phone"))]
    ada, bob, cleo = people
    brought = bring_histories(street.installation, "ada", "bob", "cleo")
    await create_group(ada, "Party")
    group, invite = ada.url, await invite_link(ada)
    for page in (bob, cleo):
        await page.goto(invite)
        await page.get_by_role("button", name="Join the group").click()
        await expect(page.get_by_role("heading", name="Party", level=1)).to_be_visible()
    await expect(row_of(ada, "Cleo")).to_be_visible()
    await asyncio.gather(*(page.goto(f"{group}/whose") for page in people))
    await expect(ada.get_by_role("button", name="Learn")).to_be_disabled()
    for page in (bob, cleo, ada):
        async with page.expect_response("**/whose/agreement"):
            await page.get_by_role("checkbox", name="My songs").check()
    await expect(ada.get_by_role("group", name="Two to eight who agreed").get_by_role("checkbox")).to_have_count(3)
    await ada.get_by_role("button", name="Learn").click()
    pick = ada.get_by_role("region", name="Songs of Ada, Bob, Cleo")
    await expect(pick.get_by_text(re.compile(r"Learnt from \d+ songs"))).to_be_visible(timeout=LEARNING_MS)
    await pick.get_by_label("Artist").fill(brought["bob"][0].artist)
    await pick.get_by_label("Title").fill("A song of tomorrow")
    await pick.get_by_role("button", name="Who would play it?").press("Enter")
    first = pick.get_by_role("status").get_by_role("listitem").first
    await expect(first).to_contain_text("Bob")
    await expect(first).to_contain_text(f"the artist {brought['bob'][0].artist.title()}")
    assert await fits_its_window(bob)
    await one_game(street, group, *people)


async def one_game(street: Street, group: str, ada: Page, bob: Page, cleo: Page) -> None:
    await ada.goto(group)
    await ada.get_by_role("button", name="Start session").click()
    await ada.get_by_role("button", name="Make a screen link").click()
    link = await ada.get_by_role("link", name="Open the screen").get_attribute("href")
    tv = await street.stranger()
    await tv.goto(str(link))
    await asyncio.gather(*(page.goto(f"{group}/party") for page in (ada, bob, cleo)))
    await ada.get_by_label("Songs", exact=True).fill("3")
    await ada.get_by_label("Seconds to guess").fill("60")
    await ada.get_by_role("button", name="Start the game").click()
    await ada.get_by_role("button", name="Play the first song").click()
    await expect(tv.get_by_role("heading", name="Whose song is it? 1 of 3")).to_be_visible()
    played = (await bob.locator("#party-song strong").inner_text()).strip()
    for page in (ada, bob):
        await name(page, "Cleo").press("Enter")
        await expect(name(page, "Cleo")).to_have_attribute("aria-pressed", "true")
        await expect(name(page, "Cleo")).to_be_focused()
    await expect(cleo.get_by_text("2 people have guessed.")).to_be_visible()
    await name(cleo, "Ada").click()
    for page in (ada, bob, cleo):
        await expect(page.locator(".party-whose")).to_have_text(re.compile("It is "))
    assert await fits_its_window(cleo)
    await expect(tv.get_by_role("heading", name=re.compile("It is .*’s!"))).to_be_visible()
    uri = (await asyncio.to_thread(heard, street.installation))["uri"]
    assert await asyncio.to_thread(title_of, street.installation, uri) == played
    await ada.get_by_role("button", name="End the game").click()
    await expect(tv.get_by_role("heading", name="Final table")).to_be_visible()
    await expect(tv.get_by_role("list", name="Points").get_by_role("listitem")).to_have_count(4)
    await ada.goto(group)
    await ada.get_by_role("button", name="Stop session").click()
    await expect(ada.get_by_role("button", name="Start session")).to_be_visible()


def heard(installation: Installation) -> dict[str, object]:
    return installation.truth("ada")


def title_of(installation: Installation, uri: str) -> str:
    with urllib.request.urlopen(f"{installation.spotify_url}/sim/features.csv", timeout=PATIENCE_S) as answer:
        rows = csv.DictReader(answer.read().decode().splitlines())
        return next(row["track_name"] for row in rows if row["track_id"] == uri.removeprefix("spotify:track:"))
