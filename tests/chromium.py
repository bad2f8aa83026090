"""The real browser of tests and benchmarks: which it is, how it is started, and what becomes of tests without it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

INSTALLED = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
"""The first that is there is taken: the same browser, without the windows that nobody sees."""
CHROMIUM = Path(os.environ.get("CHROMIUM") or next((one for one in INSTALLED if one.exists()), INSTALLED[0]))
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
]
"""No sandbox, as in CI everything is root's; nothing that asks anybody outside; and none of the two pages behind the
address bar that each window would load. The last takes the place of Playwright's list: what that turns off, such as
storage that is a site's own within a frame, is on in people's browsers.
"""
AFTER_A_TAP = "--autoplay-policy=document-user-activation-required"
"""Pages are heard after a tap only, as in people's browsers."""


@asynccontextmanager
async def a_chromium(*arguments: str) -> AsyncIterator[Browser]:
    """The browser in CHROMIUM, for as long as the block lasts."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, *arguments])
        yield browser
        await browser.close()


def demand_chromium() -> None:
    """Skip the test where there is no browser; with SONGSWAP_REQUIRE_BROWSER=1 it fails."""
    if not CHROMIUM.exists():
        reason = f"there is no Chromium at {CHROMIUM}: install {CHROMIUM.name}, or say in CHROMIUM where it is"
        (pytest.fail if os.environ.get("SONGSWAP_REQUIRE_BROWSER") == "1" else pytest.skip)(reason)
