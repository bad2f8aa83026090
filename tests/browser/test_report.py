"""The night's figures while it runs, its report afterwards, and the night as a playlist."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.people import GameNight, Street
from tests.browser.test_game_night import fits_its_window, music_plays
from tests.processes import ask

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]


async def test_the_group_page_shows_how_well_everybody_is_kept_in_time(game_night: GameNight, street: Street) -> None:
    await music_plays(game_night, street)
    for page in (game_night.ada, game_night.bob):
        tonight = page.get_by_role("region", name="Tonight")
        await expect(tonight.get_by_role("listitem").filter(has_text="Bob")).to_contain_text(re.compile(r"[+−]\d+ ms"))
        await expect(tonight.get_by_role("img", name=re.compile(r"The latest \d+ checks?: from"))).to_be_visible()
        await expect(page.locator("#sync-report-p95")).to_have_text(re.compile(r"\d+ ms"))
        assert await fits_its_window(page)


async def test_the_report_stays_after_the_session_and_its_tracks_can_be_downloaded(
    game_night: GameNight, street: Street, tmp_path: Path
) -> None:
    name = await music_plays(game_night, street)
    await expect(game_night.bob.get_by_role("region", name="Tonight")).to_contain_text(re.compile(r"[+−]\d+ ms"))
    await game_night.stop()
    bob = game_night.bob
    await bob.get_by_role("region", name="The last night").get_by_role("link", name="Report and playlist").click()
    heard = bob.get_by_role("region", name="What was heard")
    await expect(heard.get_by_role("listitem")).to_contain_text([name])
    listeners = bob.get_by_role("region", name="How well everybody was kept in time")
    await expect(listeners.get_by_role("row").filter(has_text="Bob")).to_contain_text("ms")
    await expect(bob.get_by_role("heading", level=1)).to_have_text(re.compile(r"\d+ \w+ \d{4}"))
    assert await fits_its_window(bob)
    async with bob.expect_download() as download:
        await heard.get_by_role("link", name="CSV").click()
    await (await download.value).save_as(tmp_path / "night.csv")
    assert name in (tmp_path / "night.csv").read_text(encoding="utf-8")

    await bob.get_by_role("link", name="Nights", exact=True).click()
    await expect(bob.get_by_role("listitem").filter(has_text="1 track")).to_be_visible()
    assert await fits_its_window(bob)


async def test_tonight_becomes_a_playlist_also_at_the_second_try(game_night: GameNight, street: Street) -> None:
    spotify_url = game_night.installation.spotify_url
    await music_plays(game_night, street)
    await game_night.stop()
    bob = game_night.bob
    await bob.get_by_role("link", name="Report and playlist").click()
    save = bob.get_by_role("region", name="Save tonight as a playlist")
    field = save.get_by_label("Name of the playlist")
    await expect(field).to_have_value(re.compile(r"^Game night, \d+ \w+ \d{4}$"))
    game_night.installation.break_spotify(status=403, path="/v1/me/playlists", times=1)
    await field.fill("Our best night")
    await save.get_by_role("button", name="Save as a playlist").click()
    await expect(save.get_by_role("alert")).not_to_be_empty()
    await save.get_by_role("button", name="Save as a playlist").click()
    await expect(save.get_by_role("status")).to_have_text("It is in your Spotify, for you alone.")
    await expect(save.get_by_role("link", name="Open it in Spotify")).to_have_attribute(
        "href", re.compile("/playlist/")
    )
    await expect(save.get_by_role("button", name="Save as a playlist")).to_be_hidden()
    calls = [call for call in ask(f"{spotify_url}/sim/calls")["items"] if call["path"] == "/v1/me/playlists"]
    assert sorted(call["status"] for call in calls) == [201, 403]
    await bob.reload()
    await expect(save.get_by_role("status")).to_have_text("It is in your Spotify, for you alone.")
    await expect(save.get_by_role("button", name="Save as a playlist")).to_be_hidden()
