"""Three people in three browsers, each a player itself, by what leaves their speakers; one whose connection is cut."""

import asyncio
from itertools import combinations

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from bench.tabs import TOGETHER_MS, Sample, player_frame, sample, skew
from tests.browser.people import GameNight, Street, invite_link, row_of
from tests.browser.test_game_night import becomes_true, hear_the_same
from tests.browser.test_tab import both_in_tabs, card, listen_here
from tests.processes import PATIENCE_S

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

LINK = "**/api/me/tab/link"


async def heard(*pages: Page) -> list[Sample]:
    """What leaves the speakers of these pages at one moment."""
    frames = [await player_frame(page) for page in pages]
    return list(await asyncio.gather(*(sample(frame) for frame in frames)))


def is_together(samples: list[Sample]) -> bool:
    skews_ms = [skew(one, other) for one, other in combinations(samples, 2)]
    return all(skew_ms is not None and abs(skew_ms) < TOGETHER_MS for skew_ms in skews_ms)


async def come_together(*pages: Page, after_ms: float = 0.0, other_than: str = "") -> list[Sample]:
    """Wait until the same song leaves all speakers at the same time; returns what leaves them.

    It has to be past `after_ms`, and not the song `other_than`: a click takes a while to be heard.
    """
    samples: list[Sample] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                samples = await heard(*pages)
                if is_together(samples) and samples[0].uri != other_than and samples[0].position_ms > after_ms:
                    return samples
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"they are not together: {samples}")


async def test_three_tabs_sound_as_one_through_skips_seeks_and_pauses(game_night: GameNight, street: Street) -> None:
    ada, bob = game_night.ada, game_night.bob
    cleo = await street.person("Cleo")
    await cleo.goto(await invite_link(ada))
    await cleo.get_by_role("button", name="Join the group").click()
    await both_in_tabs(game_night)
    await listen_here(cleo)
    await expect(row_of(ada, "Cleo")).to_contain_text("in sync")
    pages = (ada, bob, cleo)
    first = (await come_together(*pages))[0].uri

    await ada.get_by_role("button", name="Next track").click()
    await expect(ada.get_by_role("button", name="Pause")).to_be_visible()
    await come_together(*pages, other_than=first)
    await ada.get_by_role("slider", name="Position in the track").fill("60000")
    await come_together(*pages, after_ms=60_000)
    await ada.get_by_role("button", name="Pause").click()
    async with asyncio.timeout(PATIENCE_S):
        while any(one.is_playing for one in await heard(*pages)):
            await asyncio.sleep(0.1)
    await ada.get_by_role("button", name="Play", exact=True).click()
    await come_together(*pages, after_ms=60_000)


async def test_tab_whose_connection_is_cut_in_the_middle_of_a_song_goes_by_spotify_until_it_is_back(
    game_night: GameNight, street: Street
) -> None:
    street.may_be_refused("/")  # the browser says that the connection is gone
    ada, bob, installation = game_night.ada, game_night.bob, game_night.installation
    links: list[WebSocketRoute] = []
    is_cut = False

    async def between(link: WebSocketRoute) -> None:
        if is_cut:
            await link.close()
            return
        links.append(link)
        link.connect_to_server()

    await bob.route_web_socket(LINK, between)
    await bob.reload()
    await both_in_tabs(game_night)
    await come_together(ada, bob)
    is_cut = True
    for link in links:
        await link.close()
    await expect(card(bob)).to_contain_text("can’t be reached")
    assert (await heard(bob))[0].is_playing  # the music goes on
    first = (await heard(ada))[0].uri
    await ada.get_by_role("button", name="Next track").click()
    await becomes_true(
        lambda: hear_the_same(installation) and installation.truth("bob")["uri"] != first,
        "Bob's tab was told by Spotify",
    )
    is_cut = False
    await expect(card(bob)).not_to_contain_text("can’t be reached")
    await ada.get_by_role("slider", name="Position in the track").fill("30000")
    await come_together(ada, bob, after_ms=30_000)
