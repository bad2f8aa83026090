"""The pages in a real browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from songswap.simulator import World
from songswap.simulator.tokens import s256
from tests.chromium import a_chromium, demand_chromium

from .conftest import Api

pytestmark = pytest.mark.browser


@asynccontextmanager
async def an_app_to_come_back_to() -> AsyncIterator[str]:
    """The address of an app's own page, at any port as its registration says."""

    async def welcome(request: web.Request) -> web.Response:
        return web.Response(text="back in the app")

    app = web.Application()
    app.router.add_get("/anyport", welcome)
    app.router.add_get("/favicon.ico", welcome)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/anyport"
    finally:
        await runner.cleanup()


@pytest.fixture
async def page(api: Api) -> AsyncIterator[Page]:
    """A phone-sized page that fails the test if anything goes wrong in it."""
    troubles: list[str] = []
    demand_chromium()
    async with a_chromium() as browser:
        page = await browser.new_page(viewport={"width": 390, "height": 844}, base_url=api.base_url)
        page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        yield page
    assert troubles == []


async def test_player_is_held_in_the_hand(page: Page, world: World) -> None:
    player = world.player("ada")
    await page.goto("/")
    await page.get_by_role("link", name="Ada").click()
    await page.get_by_role("button", name=re.compile("^Evening")).click()
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    first = world.catalogue.item(player.truth().uri or "")
    await expect(page.get_by_role("heading", level=1)).to_have_text(getattr(first, "name", ""))
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("heading", level=1)).not_to_have_text(getattr(first, "name", ""))
    await page.get_by_role("button", name="Shuffle").click()
    await expect(page.get_by_role("button", name="Shuffle")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Play on Kitchen").click()
    await expect(page.get_by_text("Playing on Kitchen")).to_be_visible()
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("Paused on Kitchen")).to_be_visible()
    assert player.state().shuffle
    assert not player.truth().is_playing


async def test_player_works_by_keyboard(page: Page, world: World, songs: list[str]) -> None:
    player = world.player("ada")
    player.play_uris(songs[:3])
    await page.goto("/player/ada")
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()
    position = page.get_by_role("slider", name="Position in the song")
    await position.focus()
    for _ in range(10):
        await position.press("ArrowRight")
    await expect(page.get_by_text(re.compile("^0:[1-5][0-9]$"))).to_be_visible()
    await page.get_by_role("switch", name="Private session").press("Space")
    await expect(page.get_by_role("switch", name="Private session")).to_be_checked()
    await page.get_by_role("button", name="Pause").press("Enter")
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert world.person("ada").private_session


async def test_device_is_switched_off_and_on(page: Page, world: World) -> None:
    await page.goto("/player/hana")
    await expect(page.get_by_text("Everything is off")).to_be_visible()
    await page.get_by_role("switch", name="Hana’s phone is on").press("Space")
    await expect(page.get_by_text("No device is active")).to_be_visible()
    assert [device.is_online for device in world.person("hana").devices] == [False, True]


async def test_no_page_is_wider_than_the_phone(page: Page, world: World, songs: list[str]) -> None:
    world.player("ada").play_uris(songs[:9])
    for path in ("/", "/player/ada"):
        await page.goto(path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(("button", "outcome"), [("Agree", "code="), ("Cancel", "error=access_denied")])
async def test_consent_leads_back_to_the_app(page: Page, button: str, outcome: str) -> None:
    async with an_app_to_come_back_to() as back:
        query = f"client_id=app&response_type=code&redirect_uri={back}&state=s&scope=user-read-private"
        await page.goto(f"/authorize?{query}&code_challenge_method=S256&code_challenge={s256('v' * 64)}")
        await page.get_by_role("link", name="Bob").click()
        await page.get_by_role("button", name=button).click()
        await expect(page.get_by_text("back in the app")).to_be_visible()
        assert page.url.startswith(f"{back}?")
    assert outcome in page.url
