"""People with browsers: how they come in, log in and meet in a group."""

import re
from dataclasses import dataclass
from typing import Literal

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Response,
    StorageState,
    expect,
)

from tests.processes import Installation

PATIENCE_MS = 60_000.0
"""For whatever a page is to show or offer."""

Screen = Literal["desk", "phone"]
WINDOWS: dict[Screen, dict[str, object]] = {
    "desk": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "dark",
        "reduced_motion": "reduce",
        "has_touch": True,
        "is_mobile": True,
    },
}

WAITS_FOR_A_TAP = ("/static/music.js", "The AudioContext was not allowed to start")
"""What the browser says of the stand-in for Spotify's player, now and then also after a reload; the page has a button
for it, which is tested. Of a script of ours it would be a complaint."""


class Street:
    """Opens browsers, each with cookies of its own, and notes what goes wrong on any of their pages."""

    def __init__(self, chromium: Browser, installation: Installation, cookies: dict[str, StorageState]) -> None:
        self.installation = installation
        self.complaints: list[str] = []
        self._chromium = chromium
        self._cookies = cookies
        self._contexts: list[BrowserContext] = []
        self._refused: list[str] = []

    async def stranger(self, screen: Screen = "desk", cookies: StorageState | None = None) -> Page:
        """A browser with an empty page; nobody is logged in with it unless there are `cookies`."""
        context = await self._chromium.new_context(
            base_url=self.installation.url, locale="en-GB", storage_state=cookies, **WINDOWS[screen]
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        context.on("console", self._heard)
        context.on("weberror", lambda error: self._failed(error.error))
        context.on("response", self._answered)
        return await context.new_page()

    async def log_in(self, name: str, screen: Screen = "desk") -> Page:
        """A browser in which somebody logs in now, on the start page."""
        page = await self.stranger(screen)
        await page.goto("/login")
        await agree(page, name)
        await expect(page.get_by_role("heading", name="Your groups")).to_be_visible()
        return page

    async def person(self, name: str, screen: Screen = "desk") -> Page:
        """A browser with which somebody is logged in since the first time they were here, on the start page."""
        if name not in self._cookies:
            page = await self.log_in(name, screen)
            self._cookies[name] = await page.context.storage_state()
            return page
        page = await self.stranger(screen, self._cookies[name])
        await page.goto("/")
        return page

    async def player(self, name: str) -> Page:
        """Somebody's own Spotify, in a window beside."""
        page = await self.stranger()
        await page.goto(f"{self.installation.spotify_url}/player/{name.lower()}")
        return page

    def may_be_refused(self, path: str) -> None:
        """A request to this path may answer with an error: the test is about it."""
        self._refused.append(path)

    async def close(self) -> None:
        """Everybody closes their browser."""
        for context in self._contexts:
            await context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        script, notice = WAITS_FOR_A_TAP
        if url.endswith(script) and notice in message.text:
            return
        if message.type in {"error", "warning"} and not any(path in url for path in self._refused):
            self.complaints.append(f"{message.type} at {url}: {message.text}")

    def _failed(self, error: Error) -> None:
        self.complaints.append(f"uncaught: {error}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} from {response.url}")


@dataclass(frozen=True)
class GameNight:
    """Two people on the page of one group: Ada at her desk is host, Bob listens with his phone in his hand."""

    installation: Installation
    ada: Page
    bob: Page

    async def start(self) -> None:
        """Ada starts the session."""
        await self.ada.get_by_role("button", name="Start session").click()
        await expect(self.ada.get_by_role("button", name="Stop session")).to_be_visible()

    async def stop(self) -> None:
        """Ada ends the session, so that everybody is free for the next."""
        await self.ada.get_by_role("button", name="Stop session").click()
        await expect(self.ada.get_by_role("button", name="Start session")).to_be_visible()


async def agree(page: Page, name: str) -> None:
    """Say who one is to the embedded Spotify, and agree to what the app asks for."""
    await page.get_by_role("link", name=name).click()
    await page.get_by_role("button", name="Agree").click()


async def create_group(page: Page, name: str) -> None:
    """From the start page to the page of a new group."""
    others = page.get_by_text("Make or join a group")
    if await others.is_visible():  # behind the groups there are
        await others.click()
    await page.get_by_label("Name of a new group").fill(name)
    await page.get_by_role("button", name="Create group").click()
    await expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()


async def invite_link(page: Page) -> str:
    """The link on the host's group page."""
    link = page.get_by_role("textbox", name="Invite link")
    await expect(link).to_have_value(re.compile("/join/"))
    return await link.input_value()


def row_of(page: Page, name: str) -> Locator:
    """Somebody's row among the people of the group."""
    whose = page.locator(".name", has_text=re.compile(f"^{re.escape(name)}"))
    return page.get_by_role("region", name="People").get_by_role("listitem").filter(has=whose)


def title(page: Page) -> Locator:
    """What the group page says is playing."""
    return page.get_by_role("region", name="Now playing").locator("#title")
