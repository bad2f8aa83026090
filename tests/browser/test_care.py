"""Somebody is rude: they are reported, blocked and removed; whom it concerns is told, wherever they are."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import Street

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="module")]


async def api(page: Page, method: str, path: str, body: object = None) -> Any:
    """What the API answers to the one who is logged in on this page."""
    answer = await page.request.fetch(path, method=method, data=body)
    assert answer.ok, await answer.text()
    return await answer.json() if answer.status != 204 else None


async def group_with(host: Page, *others: Page) -> str:
    made = await api(host, "POST", "/api/groups", {"name": "Game night"})
    for other in others:
        await api(other, "POST", f"/api/groups/{made['id']}/members", {"invite": made["invite_url"]})
    group: str = made["id"]
    return group


def bell(page: Page, words: str) -> Any:
    return page.get_by_role("link", name=words, exact=True)


async def test_a_rude_post_is_told_of_reported_and_removed_and_its_author_blocked(street: Street) -> None:
    ada, bob, cleo = await street.person("Ada"), await street.person("Bob", "phone"), await street.person("Cleo")
    group = await group_with(ada, bob, cleo)
    place = f"chat:{group}"
    await ada.goto(f"/groups/{group}")
    await bob.goto("/account")
    await expect(bell(bob, "Notices")).to_be_visible()
    await api(cleo, "POST", f"/api/places/{place}/posts", {"text": "@bob you <b>dance</b> badly"})

    await bell(bob, "Notices, 1 new").click()
    notice = bob.get_by_role("listitem").filter(has_text="Cleo mentioned you in the chat of Game night")
    await expect(notice).to_contain_text("@bob you <b>dance</b> badly")
    await notice.get_by_role("button", name="Report, mute or block Cleo").click()
    dialog = bob.get_by_role("dialog", name="Cleo")
    await dialog.get_by_label("What is wrong?").fill("She is rude to everybody.")
    await dialog.get_by_role("button", name="Send report").click()
    await expect(dialog.get_by_role("status")).to_have_text(
        "Sent. The host and co-hosts of the group look at it; Cleo isn’t told."
    )
    await dialog.get_by_role("button", name="Block", exact=True).click()
    await expect(dialog.get_by_role("button", name="Unblock")).to_be_visible()
    await bob.keyboard.press("Escape")
    await bob.reload()
    await expect(bob.get_by_text("Nothing yet.")).to_be_visible()

    await bell(ada, "Notices, 1 new").click()
    await ada.get_by_role("link", name="A post in the chat of Game night was reported").click()
    report = ada.get_by_role("listitem").filter(has_text="Bob says: She is rude to everybody.")
    await expect(report).to_contain_text("@bob you <b>dance</b> badly")
    await report.get_by_role("button", name="Remove the post").click()
    await expect(ada.get_by_text("Nothing waits to be decided on.")).to_be_visible()
    post, *_ = (await api(cleo, "GET", f"/api/places/{place}/posts"))["items"]
    assert (post["text"], post["is_removed"], post["is_removed_by_author"]) == ("", True, False)
    assert (await api(cleo, "GET", "/api/me/notices"))["items"] == []

    await ada.goto("/notices")
    await ada.get_by_role("button", name="Mark all as read").click()
    await expect(bell(ada, "Notices")).to_be_visible()
    await bob.goto("/account")
    await bob.get_by_role("button", name="Unblock Cleo").click()
    await expect(bob.get_by_role("button", name="Unblock Cleo")).to_have_count(0)
    assert (await api(bob, "GET", "/api/me/circle"))["blocked"] == []


async def test_the_operator_sees_everything_and_disconnects_somebody(street: Street) -> None:
    ada, bob, gus = await street.person("Ada"), await street.person("Bob", "phone"), await street.person("Gus")
    await group_with(gus, bob)
    await ada.get_by_role("link", name="Operator").click()
    row = ada.get_by_role("row").filter(has=ada.get_by_role("rowheader", name="Gus"))
    await expect(row).to_contain_text("Ready")
    await row.get_by_role("button", name="Disconnect Gus").click()
    dialog = ada.get_by_role("dialog", name="Disconnect Gus?")
    await expect(dialog.get_by_role("button", name="Keep the account")).to_be_focused()
    await ada.keyboard.press("Escape")
    await row.get_by_role("button", name="Disconnect Gus").click()
    await dialog.get_by_role("button", name="Disconnect and delete everything").click()
    await expect(row).to_have_count(0)
    await expect(ada.get_by_role("list").last).to_contain_text("Ada disconnected an account")
    street.may_be_refused("/operator")
    await bob.goto("/operator")
    await expect(bob.get_by_role("heading", name="There is nothing here")).to_be_visible()
