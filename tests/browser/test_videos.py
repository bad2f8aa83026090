"""Music videos in front of a browser: asked for, found one by one, seen again; and a day whose searches are used up."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import Street

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

OVER = {"error": {"code": 403, "message": "No", "errors": [{"reason": "quotaExceeded"}]}}


async def open_videos(page: Page) -> None:
    await page.get_by_role("link", name="Videos").click()
    await expect(page.get_by_role("heading", name="Music videos")).to_be_visible()


async def test_videos_are_found_and_the_end_of_the_day_is_told(street: Street) -> None:
    ada = await street.person("Ada", "phone")
    await open_videos(ada)
    elsewhere: list[str] = []
    ada.on("request", lambda request: elsewhere.append(request.url))
    await ada.reload()  # nothing of the page before is on its way any more
    await expect(ada.get_by_role("combobox", name="Playlist")).to_contain_text("Evening")
    await expect(ada.get_by_text("100 of 100 searches are left")).to_be_visible()
    await ada.get_by_label("How many songs").select_option("5")
    await ada.get_by_role("button", name="Look for the videos").focus()
    await ada.keyboard.press("Enter")
    videos = ada.get_by_role("link", name=re.compile("on YouTube$"))
    await expect(videos.first).to_be_visible()
    await expect(ada.get_by_text("95 of 100 searches are left")).to_be_visible()
    await expect(ada.get_by_role("button", name="Look for the videos")).to_be_hidden()
    first = videos.first
    await expect(first).to_have_attribute("href", re.compile(r"^https://www\.youtube\.com/watch\?v=[\w-]{11}$"))
    assert set((await first.get_attribute("rel") or "").split()) == {"noreferrer", "noopener"}
    await ada.wait_for_function("document.querySelector('#found img').naturalWidth > 0")
    await ada.locator("#found summary").first.click()
    await expect(ada.get_by_text("The title is the same.").first).to_be_visible()

    street.installation.break_spotify(status=403, path="/youtube/v3/search", body=OVER)
    await expect(ada.locator("#ask")).not_to_have_attribute("aria-busy", "true")
    await ada.get_by_label("How many songs").select_option("10")
    await ada.get_by_role("button", name="Look for the videos").click()
    await expect(ada.get_by_text("today’s searches are used up, 9 of them from here")).to_be_visible()
    missing = ada.get_by_role("region", name="Without a video")
    await expect(missing.get_by_text("The day’s searches are used up").first).to_be_visible()
    await expect(videos.first).to_be_visible()
    await ada.reload()
    await expect(videos.first).to_be_visible()
    assert await ada.evaluate("document.documentElement.scrollWidth") <= 390
    hosts = {street.installation.url, street.installation.spotify_url}
    assert all(url.startswith(tuple(hosts)) for url in elsewhere)
    assert not [url for url in elsewhere if "/covers/" in url]
