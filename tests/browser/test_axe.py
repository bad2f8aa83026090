"""Every page follows axe-core's rules, wide in light and narrow in dark."""

import json
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.async_api import Page, expect

from tests.browser.people import Screen, Street, create_group, invite_link

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
"""The rules, out of the wheel; the program itself serves none of it."""
NOT_OURS = ["#swagger-ui"]
"""The description of the API is drawn by a library, with a main part of its own."""
PUBLIC = ("/", "/privacy", "/people/nobody/nothing", "/nothing-here")
PAGES = (
    "/",
    "/account",
    "/account/disconnect",
    "/clicks",
    "/create",
    "/docs",
    "/history",
    "/insights",
    "/notices",
    "/operator",
    "/operator/catalogue",
    "/people",
    "/people/ada",
    "/people/edit",
    "/playlists",
    "/privacy",
    "/search?q=bob",
    "/songs",
    "/timer",
    "/videos",
)
OF_A_GROUP = ("", "/posts", "/playlists", "/nights", "/timer", "/insights", "/reports", "/whose", "/party")


async def violations(page: Page) -> list[str]:
    """What axe-core finds, a line each: the rule, and the first element."""
    await page.evaluate(f"{AXE}; 0")
    run = "([where, how]) => axe.run(where, how).then((found) => JSON.stringify(found.violations))"
    rules = {"landmark-no-duplicate-main": {"enabled": False}} if page.url.endswith("/docs") else {}
    found: Any = json.loads(await page.evaluate(run, [{"exclude": NOT_OURS}, {"rules": rules}]))
    return [f"{page.url}: {one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]}" for one in found]


async def look(page: Page, addresses: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for address in addresses:
        await page.goto(address)
        await page.wait_for_load_state("load")
        found += await violations(page)
    return found


@pytest.mark.parametrize(("screen", "scheme"), [("desk", "light"), ("phone", "dark")])
async def test_no_page_breaks_a_rule(street: Street, screen: Screen, scheme: Any) -> None:
    ada, bob = await street.person("Ada", screen), await street.person("Bob", screen)
    for page in (ada, bob):
        await page.emulate_media(color_scheme=scheme)
    await create_group(ada, "Rules")
    group = ada.url.removeprefix(street.installation.url)
    await bob.goto(await invite_link(ada))
    found = await violations(bob)
    await bob.get_by_role("button", name="Join the group").click()
    await expect(bob.get_by_role("heading", name="Rules", level=1)).to_be_visible()
    await say_something(ada)
    street.may_be_refused("/")
    found += await look(ada, (*PAGES, *(f"{group}{part}" for part in OF_A_GROUP)))
    assert "\n".join(found) == ""


@pytest.mark.parametrize(("screen", "scheme"), [("desk", "dark"), ("phone", "light")])
async def test_no_page_for_strangers_breaks_a_rule(street: Street, screen: Screen, scheme: Any) -> None:
    stranger = await street.stranger(screen)
    await stranger.emulate_media(color_scheme=scheme)
    street.may_be_refused("/")
    assert "\n".join(await look(stranger, PUBLIC)) == ""


async def say_something(page: Page) -> None:
    """A chat and posts with everything in them."""
    chat = page.locator("#chat")
    if await chat.get_attribute("open") is None:
        await chat.locator("summary").first.click()
    await page.get_by_label("Message to the group").fill("hello @bob https://example.org/")
    await page.get_by_label("Message to the group").press("Enter")
    await expect(page.locator("#chat-list").get_by_text("hello")).to_be_visible()
    await page.goto("/")
    await page.get_by_label("Write something").fill("Who brings cake?")
    await page.get_by_role("button", name="Post").click()
    await expect(page.locator("#posts-list").get_by_text("Who brings cake?").first).to_be_visible()
