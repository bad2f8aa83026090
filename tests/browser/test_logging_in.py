"""Log-ins as people see them: by hand at an address of their network, and the list of their browsers."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import Street, agree, create_group
from tests.processes import Installation, an_installation

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

RENAME = """(path) => fetch(path, {
    method: "PATCH", headers: {"Content-Type": "application/json"}, body: '{"name": "Three tabs"}',
})"""


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The three processes; the server listens at every address of this machine, as for people on the same Wi-Fi."""
    with an_installation(tmp_path_factory.mktemp("songswap")) as running:
        running.configure(host="0.0.0.0")
        running.start_spotify()
        running.start_worker()
        running.start_server()
        yield running


async def _agree_by_hand(street: Street, page: Page, name: str) -> str:
    """From the start page at an address of the network to the end of Spotify's pages; returns where that led."""
    await page.goto(f"{street.installation.url.replace('127.0.0.1', '127.0.0.2')}/")
    await page.get_by_role("link", name="Log in with Spotify").click()
    async with page.expect_popup() as opened:
        await page.get_by_role("link", name="Open Spotify").click()
    spotify = await opened.value
    async with spotify.expect_request("**/callback?*") as landed:
        await agree(spotify, name)
    address = (await landed.value).url
    await spotify.close()
    return address


async def test_an_address_pasted_is_asked_about_and_told_the_owner_who_ends_it(street: Street) -> None:
    street.may_be_refused("/callback")
    ada = await street.log_in("Ada")
    await create_group(ada, "In time")
    phone = await street.stranger("phone")
    address = await _agree_by_hand(street, phone, "Ada")
    await phone.get_by_label("The address your browser landed on").fill(address)
    await phone.get_by_role("button", name="Go on").click()
    await expect(phone.get_by_role("heading", level=1)).to_have_text(
        "You are about to log in as Ada. Is that you, on this device?"
    )
    await phone.get_by_role("button", name="Yes, that is me: log me in").click()
    await expect(phone.get_by_role("heading", name="Your groups")).to_be_visible()

    await expect(ada.get_by_role("link", name="Notices, 1 new")).to_be_visible()  # without a reload
    await ada.goto("/notices")
    await ada.get_by_role("main").get_by_role("link", name="Was that you?").click()
    await expect(ada.get_by_label("Important")).to_contain_text("was logged in as you by a pasted address")
    browsers = ada.get_by_role("region", name="Browsers you are logged in with")
    await expect(browsers.get_by_role("listitem")).to_have_count(2)
    await browsers.get_by_role("button", name="Log out Chrome on", exact=False).click()
    await expect(browsers.get_by_role("listitem")).to_have_count(1)
    await expect(ada.get_by_label("Important")).to_have_count(0)
    await phone.reload()
    await expect(phone.get_by_role("heading", name="One song, everybody’s speakers")).to_be_visible()


async def test_whoever_says_no_is_not_logged_in(street: Street) -> None:
    street.may_be_refused("/callback")
    phone = await street.stranger("phone")
    address = await _agree_by_hand(street, phone, "Bob")
    await phone.get_by_label("The address your browser landed on").fill(address)
    await phone.get_by_role("button", name="Go on").click()
    await phone.get_by_role("link", name="No, that is not me").click()
    await expect(phone.get_by_role("link", name="Log in with Spotify")).to_be_visible()


async def test_other_tabs_go_on_when_the_browser_logs_in_again_and_stop_when_it_is_logged_out(street: Street) -> None:
    cleo = await street.log_in("Cleo")
    await create_group(cleo, "Two tabs")
    other = await cleo.context.new_page()
    await other.goto("/login?next=/account")
    await agree(other, "Cleo")
    await expect(other.get_by_role("heading", name="Cleo")).to_be_visible()
    path = urlsplit(cleo.url).path
    await other.evaluate(RENAME, f"/api{path}")
    await expect(cleo.get_by_role("heading", name="Three tabs", level=1)).to_be_visible()
    assert urlsplit(cleo.url).path == path
    await other.get_by_role("button", name="Log out everywhere").click()
    await cleo.wait_for_url("**/authorize?*")
