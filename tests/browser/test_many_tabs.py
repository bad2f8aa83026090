"""One person with many pages open in one browser, over HTTP/1.1: all of them load, and all of them live."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import Street, create_group

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

MANY = 8
"""A browser has six connections to one host, for all its pages together."""


async def group_address(page: Page, name: str) -> str:
    await page.goto("/")
    await create_group(page, name)
    return page.url


async def change(page: Page, method: str, path: str, data: dict[str, str]) -> None:
    """Change something by the API; who was too quick (20 changes in 10 s) waits as told."""
    while True:
        answer = await page.request.fetch(path, method=method, data=data)
        if answer.status != 429:
            break
        await asyncio.sleep(int(answer.headers["retry-after"]))
    assert answer.ok, await answer.text()


async def rename(page: Page, address: str, name: str) -> None:
    """Another name for the group at `address`, as by another person's page."""
    await change(page, "PATCH", f"/api/groups/{address.rpartition('/')[2]}", {"name": name})


async def say_in(page: Page, address: str, text: str) -> None:
    await change(page, "POST", f"/api/places/chat:{address.rpartition('/')[2]}/posts", {"text": text})


async def all_show(pages: list[Page], names: list[str]) -> None:
    await asyncio.gather(
        *(
            expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
            for page, name in zip(pages, names, strict=True)
        )
    )


async def test_eight_pages_of_eight_groups_load_and_live_in_one_browser(street: Street) -> None:
    ada = await street.person("Ada")
    names = [f"Group {number}" for number in range(MANY)]
    addresses = [await group_address(ada, name) for name in names]
    pages = [await ada.context.new_page() for _ in addresses]
    for page, address in zip(pages, addresses, strict=True):
        await page.goto(address)
    await all_show(pages, names)
    for number, (page, address) in enumerate(zip(pages, addresses, strict=True)):
        await expect(page.locator("#chat-here")).to_have_text("Only you are here")
        await rename(ada, address, f"Renamed {number}")
        await say_in(ada, address, f"Hello {number}")
    await all_show(pages, [f"Renamed {number}" for number in range(MANY)])
    for number, page in enumerate(pages):
        await expect(page.locator("#chat-list")).to_contain_text(f"Hello {number}")


async def test_eight_pages_of_one_group_live_also_when_the_first_is_closed(street: Street) -> None:
    ada = await street.person("Bob")
    address = await group_address(ada, "One for all")
    pages = [await ada.context.new_page() for _ in range(MANY)]
    for page in pages:
        await page.goto(address)
    await all_show(pages, ["One for all"] * MANY)
    await pages[0].close()
    await ada.close()
    await rename(pages[1], address, "Goes on")
    await all_show(pages[1:], ["Goes on"] * (MANY - 1))
    await say_in(pages[1], address, "Still here?")
    for page in pages[1:]:
        await expect(page.locator("#chat-list")).to_contain_text("Still here?")


async def test_other_pages_that_live_leave_connections_for_further_ones(street: Street) -> None:
    ada = await street.person("Cleo")
    address = await group_address(ada, "Everything open")
    own = ("/", "/history", "/playlists", "/timer", "/videos", "/notices")
    for path in (*own, f"{address}/posts", f"{address}/timer"):
        page = await ada.context.new_page()
        await page.goto(path)
    last = await ada.context.new_page()
    await last.goto(address)
    await expect(last.locator("#chat-here")).to_have_text("Only you are here")
    await rename(last, address, "And one more")
    await all_show([last], ["And one more"])
