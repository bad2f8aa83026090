"""The embedded Spotify made audible: the music of a song, and the players of its pages heard in a real browser."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from songswap.simulator import Profile, World, serve

from .embedding import embedding, open_tab, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOTES = """async ([uri, from, to]) => {
  const { notesAt, songOf } = await import("/static/music.js");
  const song = songOf(uri);
  return Array.from({ length: to - from }, (_, step) => notesAt(song, from + step));
}"""


@pytest.fixture
def world() -> World:
    made = World(profile=Profile.instant())
    made.register_app("app")
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def spotify(world: World) -> AsyncIterator[str]:
    async with serve(world) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def context(chromium: Browser, spotify: str) -> AsyncIterator[BrowserContext]:
    """Somebody's browser; when the test ends, no page may have complained."""
    context = await chromium.new_context(base_url=spotify)
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    await context.close()
    assert complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> Page:
    page = await context.new_page()
    await page.goto("/player/ada")
    return page


async def notes(page: Page, uri: str, first: int = 0, last: int = 64) -> Any:
    return await page.evaluate(NOTES, [uri, first, last])


async def switch_on(page: Page) -> None:
    await page.get_by_role("switch", name="Sound").press("Space")
    await expect(page.get_by_role("switch", name="Sound")).to_be_checked()
    await expect(page.get_by_text("in this tab")).to_be_visible()


async def is_loud(page: Page) -> bool:
    return await page.evaluate("window.music.loudness()") > 0.001


# The music of a song


async def test_song_sounds_the_same_each_time_and_like_no_other(page: Page, songs: list[str]) -> None:
    first = await notes(page, songs[0])
    assert await notes(page, songs[0]) == first
    assert await notes(page, songs[0], 16, 32) == first[16:32]
    others = [await notes(page, uri) for uri in songs[1:6]]
    assert all(other != first for other in others)


async def test_music_is_quiet_and_every_beat_can_be_made_out(page: Page, songs: list[str]) -> None:
    for uri in songs[:20]:
        for step, begun in enumerate(await notes(page, uri)):
            assert sum(note["gain"] for note in begun) < 1
            assert all(40 < note["hertz"] < 3_000 and note["steps"] > 0 for note in begun)
            assert sum(note["kind"] == "tick" for note in begun) == (step % 2 == 0)


async def test_what_is_less_than_the_ear_can_tell_is_no_jump(page: Page, songs: list[str]) -> None:
    await page.get_by_role("heading", level=1).click()
    moved = await page.evaluate(
        """async (uri) => {
          const { Music } = await import("/static/music.js");
          const music = new Music();
          await music.resume(5000);
          const follow = (positionS) => music.follow({ uri, positionS, atAudioS: 1, isPlaying: true, volume: 1 });
          const positions = [10, 10.008, 10.5].map((positionS) => (follow(positionS), music.positionAtS(1)));
          await music.close();
          return positions;
        }""",
        songs[0],
    )
    assert moved == [10, pytest.approx(10.002), pytest.approx(10.5)]


# The players of pages


async def test_switch_makes_the_player_audible(page: Page, world: World, songs: list[str]) -> None:
    player = world.player("ada")
    player.play_uris(songs[:3])
    await switch_on(page)
    await until(lambda: is_loud(page), "something is heard")

    async def is_in_time() -> bool:
        heard = await page.evaluate("window.music.report()")
        truth = player.truth(heard["atMs"] / 1_000)
        return heard["isPlaying"] and heard["uri"] == truth.uri and abs(heard["positionMs"] - truth.position_ms) < 100

    await until(is_in_time, "it is heard where it is")
    player.next()
    await until(is_in_time, "the next song is heard")
    player.pause()

    async def is_silent() -> bool:
        return not (await page.evaluate("window.music.report()"))["isPlaying"] and not await is_loud(page)

    await until(is_silent, "nothing is heard any more")
    await page.get_by_role("switch", name="Sound").press("Space")
    assert await page.evaluate("window.music") is None


async def test_two_pages_of_one_person_sound_alike(
    context: BrowserContext, world: World, spotify: str, page: Page, songs: list[str]
) -> None:
    async with embedding(world, spotify) as url:
        tab = await open_tab(context, world, url, person="ada")
        await tab.page.get_by_role("button", name="Sound").click()
        await tab.playing(songs[:3])
        await page.bring_to_front()
        await page.mouse.click(1, 1)
        await switch_on(page)

        async def are_alike() -> bool:
            one, other = await page.evaluate("window.music.report()"), await tab.heard()
            apart_ms = (one["positionMs"] - one["atMs"]) - (other["positionMs"] - other["atMs"])
            return one["uri"] == other["uri"] == songs[0] and one["isPlaying"] and abs(apart_ms) < 50

        await until(are_alike, "both are at the same place")
        await until(lambda: is_loud(page), "the player's page is heard")

        async def tab_is_loud() -> bool:
            return await tab.page.frames[1].evaluate("window.music.loudness()") > 0.001

        await until(tab_is_loud, "the page that plays is heard")


async def test_switch_is_remembered_for_this_tab_alone(
    context: BrowserContext, page: Page, world: World, songs: list[str]
) -> None:
    world.player("ada").play_uris(songs[:3])
    await switch_on(page)
    await page.reload()
    await expect(page.get_by_role("switch", name="Sound")).to_be_checked()
    other = await context.new_page()
    await other.goto("/player/ada")
    await expect(other.get_by_role("switch", name="Sound")).not_to_be_checked()


async def test_tab_in_which_sound_is_not_allowed_yet_says_so(
    context: BrowserContext, world: World, songs: list[str]
) -> None:
    world.player("ada").play_uris(songs[:3])
    page = await context.new_page()
    await page.add_init_script("sessionStorage.setItem('sound', 'true')")
    await page.goto("/player/ada")
    cdp = await context.new_cdp_session(page)

    async def state() -> str:
        asked = {"expression": "document.querySelector('#sound-state').textContent", "returnByValue": True}
        return (await cdp.send("Runtime.evaluate", asked))["result"]["value"]

    async def waits() -> bool:
        return "waits for a click" in await state()

    await until(waits, "it says what it waits for")
    await page.mouse.click(1, 1)
    await until(lambda: is_loud(page), "it is heard")
    await expect(page.get_by_text("in this tab")).to_be_visible()
