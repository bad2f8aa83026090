"""Two people write to each other: in the chat beside the player, in posts, on each other's profile."""

import asyncio
import re

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.people import GameNight, Street, create_group, invite_link

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]


def message(page: Page, text: str) -> Locator:
    """The message with this text; not one that quotes it."""
    return page.locator("#chat-list > li", has=page.locator(".post-text", has_text=text))


async def say(page: Page, text: str) -> None:
    await page.get_by_label("Message to the group").fill(text)
    await page.get_by_label("Message to the group").press("Enter")


async def test_messages_are_on_the_other_screen_at_once_with_who_is_here_and_typing(game_night: GameNight) -> None:
    ada, bob = game_night.ada, game_night.bob
    await bob.locator("#chat > summary").click()
    await expect(ada.locator("#chat-here")).to_contain_text("Bob")
    await bob.get_by_label("Message to the group").press_sequentially("he")
    await expect(ada.locator("#chat-typing")).to_have_text("Bob is typing …")
    await say(bob, "hello <b>there</b>")
    await expect(message(ada, "hello <b>there</b>")).to_be_visible()
    await expect(ada.locator("#chat-typing")).to_have_text("")
    await say(ada, "https://example.org/a?b=c, @bob")
    there = message(bob, "example.org")
    await expect(there.get_by_role("link", name="https://example.org/a?b=c")).to_have_attribute(
        "rel", re.compile("ugc")
    )
    await expect(there.get_by_role("link", name="@bob")).to_have_attribute("href", "/people/bob")
    await expect(ada.locator("#chat-list").get_by_text("Bob joined the group.")).to_be_visible()


async def test_a_message_is_answered_reacted_to_edited_and_deleted(game_night: GameNight) -> None:
    ada, bob = game_night.ada, game_night.bob
    await say(ada, "which song next?")
    await bob.locator("#chat > summary").click()
    asked = message(bob, "which song next?")
    await asked.get_by_role("button", name="Reply").click()
    await say(bob, "the slow one")
    await expect(message(ada, "the slow one").locator(".chat-quote")).to_contain_text("which song next?")
    await asked.locator(".post-picker > summary").click()
    await asked.get_by_role("button", name="Fire").click()
    await expect(message(ada, "which song next?").get_by_role("button", name="Fire, 1: Bob")).to_be_visible()
    mine = message(ada, "which song next?")
    await mine.locator(".menu > summary").click()
    await mine.get_by_role("button", name="Edit").click()
    await ada.get_by_label("Your post").fill("which song now?")
    await ada.locator(".post-editor").get_by_role("button", name="Save").click()
    await expect(message(bob, "which song now?")).to_be_visible()
    mine = message(ada, "which song now?")
    await mine.locator(".menu > summary").click()
    await mine.get_by_role("button", name="Delete").click()
    await mine.get_by_role("button", name="Really delete?").click()
    await expect(bob.locator("#chat-list").get_by_text("Deleted.")).to_be_visible()


async def test_what_was_missed_is_there_when_one_comes_back_once_each(game_night: GameNight) -> None:
    ada, bob = game_night.ada, game_night.bob
    await bob.locator("#chat > summary").click()
    await say(ada, "before")
    await expect(message(bob, "before")).to_have_count(1)
    await bob.goto("/privacy")
    for word in ("one", "two", "three"):
        await say(ada, f"meanwhile {word}")
        await expect(message(ada, f"meanwhile {word}")).to_be_visible()
    await bob.go_back()
    if await bob.locator("#chat[open]").count() == 0:
        await bob.locator("#chat > summary").click()
    for word in ("one", "two", "three"):
        await expect(message(bob, f"meanwhile {word}")).to_have_count(1)
    texts = await bob.locator("#chat-list .post-text").all_inner_texts()
    assert [text for text in texts if text.startswith("meanwhile")] == [
        "meanwhile one",
        "meanwhile two",
        "meanwhile three",
    ]


async def test_what_is_written_while_a_message_is_under_way_is_sent_after_it(game_night: GameNight) -> None:
    ada, bob = game_night.ada, game_night.bob
    may_go = asyncio.Event()

    async def hold(route: Route) -> None:
        await may_go.wait()
        await route.continue_()

    await ada.route("**/posts", hold)
    await say(ada, "the first")
    await say(ada, "the second")
    may_go.set()
    await expect(message(bob, "the first")).to_have_count(1)
    await expect(message(bob, "the second")).to_have_count(1)
    await expect(ada.get_by_label("Message to the group")).to_have_value("")
    await ada.unroute("**/posts")


async def test_a_message_that_could_not_be_sent_comes_back_into_its_field(
    game_night: GameNight, street: Street
) -> None:
    ada = game_night.ada
    street.may_be_refused("/posts")
    await ada.route("**/posts", lambda route: route.abort())
    await say(ada, "keep me")
    await expect(ada.locator("#chat-failure")).to_be_visible()
    await expect(ada.get_by_label("Message to the group")).to_have_value("keep me")
    await ada.unroute("**/posts")
    await ada.get_by_label("Message to the group").press("Enter")
    await expect(message(ada, "keep me")).to_be_visible()


async def test_unread_messages_are_counted_on_the_start_page_until_they_are_seen(game_night: GameNight) -> None:
    ada, bob = game_night.ada, game_night.bob
    address = bob.url
    await bob.goto("/")
    pill = bob.locator("[data-unread]:not(#bell)").first
    await say(ada, "are you there?")
    await expect(message(ada, "are you there?")).to_be_visible()
    await expect(pill).to_have_text(re.compile("[0-9]+ new"))
    await bob.goto(address)
    await expect(bob.locator("#chat-unread")).to_be_visible()
    await bob.locator("#chat > summary").click()
    await expect(bob.locator("#chat-unread")).to_be_hidden()
    async with bob.expect_response(re.compile("/chat/read")):
        pass
    await bob.goto("/")
    await expect(pill).to_be_hidden()


async def test_a_post_is_written_by_keyboard_answered_on_a_phone_and_in_the_feed(street: Street) -> None:
    ada, bob = await street.person("Ada"), await street.person("Bob", "phone")
    await ada.goto("/")
    await create_group(ada, "Posts")
    await bob.goto(await invite_link(ada))
    await bob.get_by_role("button", name="Join the group").click()
    await ada.goto("/")
    await ada.get_by_label("Where").select_option(label="Posts")
    await ada.get_by_label("Write something").fill("Who brings cake?")
    await ada.get_by_label("Write something").press("Control+Enter")
    await bob.goto("/")
    post = bob.locator("#posts-list > li").filter(has_text="Who brings cake?")
    await post.get_by_role("button", name="Reply").click()
    await post.get_by_label("Reply to Ada").fill("I do.")
    await post.locator(".post-reply button[type=submit]").click()
    await expect(ada.locator("#posts-list .post-replies").get_by_text("I do.")).to_be_visible()


async def test_a_profile_is_edited_and_seen_by_others(street: Street) -> None:
    ada, bob = await street.person("Ada"), await street.person("Bob", "phone")
    await ada.goto("/people/edit")
    await ada.get_by_label("A line about you").fill("Loud and early.")
    await ada.get_by_label("Your profile at all").select_option("everybody")
    await ada.get_by_label("Posts").select_option("everybody")
    await ada.get_by_role("button", name="Save").click()
    await expect(ada.locator("#profile-saved")).to_have_text("Saved.")
    await bob.goto("/search")
    await bob.get_by_role("searchbox").fill("adda")
    await bob.locator("#search-people").get_by_role("link").first.click()
    await expect(bob.get_by_text("Loud and early.")).to_be_visible()
    await bob.get_by_role("button", name="Follow").click()
    await expect(bob.get_by_role("button", name="Following")).to_be_visible()
    await ada.goto("/people/ada")
    await ada.get_by_label("Write something").fill("On my own wall")
    await ada.get_by_role("button", name="Post").click()
    await expect(bob.locator("#posts-list").get_by_text("On my own wall")).to_be_visible()
