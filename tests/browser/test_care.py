"""Somebody is rude: they are reported, blocked and removed; whom it concerns is told, wherever they are."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import Street, invite_link, row_of

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]


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


async def test_who_is_removed_is_out_with_every_link_and_let_in_again_with_one_tap(street: Street) -> None:
    street.may_be_refused("/join/")
    street.may_be_refused("/groups/")
    ada, cleo = await street.person("Ada"), await street.person("Cleo", "phone")
    group = await group_with(ada, cleo)
    await ada.goto(f"/groups/{group}")
    invite = await invite_link(ada)
    await ada.get_by_label("Manage Cleo").click()
    await expect(ada.get_by_text("Once removed, they don’t get in again until you let them.")).to_be_visible()
    await ada.get_by_role("button", name="Remove from group").click()
    await expect(ada.get_by_role("textbox", name="Invite link")).not_to_have_value(invite)
    for link in (invite, await invite_link(ada)):
        await cleo.goto(link)
        await expect(cleo.get_by_role("heading", name="This invitation is not valid")).to_be_visible()
    await ada.get_by_role("button", name="Let Cleo join again").click()
    await expect(ada.get_by_role("heading", name="Removed from the group")).to_be_hidden()
    await cleo.goto(await invite_link(ada))
    await cleo.get_by_role("button", name="Join the group").click()
    await expect(row_of(ada, "Cleo")).to_be_visible()


async def test_links_of_one_s_own_say_when_they_end_and_are_renewed_with_one_tap(street: Street) -> None:
    ada = await street.person("Ada")
    await ada.goto("/people/edit")
    await ada.get_by_role("button", name="Make a link").click()
    for _ in range(2):
        await expect(ada.get_by_text("Good until")).to_be_visible()
        await expect(ada.get_by_role("button", name="Make a link")).to_be_hidden()
        await ada.get_by_role("button", name="Renew for a year").click()
        await ada.reload()
    await ada.get_by_role("button", name="Take it back").click()
    await expect(ada.get_by_text("Good until")).to_be_hidden()
    await ada.goto("/history")
    await ada.get_by_label("Whoever has a secret link").check()
    await expect(ada.get_by_text("Good until")).to_be_visible()
    link = await ada.locator("#link").input_value()
    await ada.get_by_role("button", name="Renew for 90 days").click()
    await expect(ada.locator("#link")).to_have_value(link)
    await ada.get_by_role("button", name="New link").click()
    await expect(ada.locator("#link")).not_to_have_value(link)
