"""The stand-in for the Web Playback SDK in a real browser, in a page of another origin under a strict policy."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext

from songswap.simulator import Profile, World, serve
from tests.ports import free_port

from .embedding import SCOPES, Tab, embedding, open_tab, until

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOTHING_LOADED = "Cannot perform operation; no list was loaded."
METHODS = (
    "getCurrentState()",
    "getVolume()",
    "setName('B')",
    "setVolume(1)",
    "pause()",
    "resume()",
    "togglePlay()",
    "seek(0)",
    "previousTrack()",
    "nextTrack()",
    "activateElement()",
)


@pytest_asyncio.fixture(loop_scope="session")
async def context(chromium: Browser) -> AsyncIterator[BrowserContext]:
    """Whoever's browser; when the test ends, no page may have complained."""
    context = await chromium.new_context()
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    yield context
    await context.close()
    assert complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def spotify(world: World) -> AsyncIterator[str]:
    async with serve(world) as url:
        yield url


@pytest.fixture
def world() -> World:
    made = World(profile=Profile.instant())
    made.register_app("app")
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def url(world: World, spotify: str) -> AsyncIterator[str]:
    async with embedding(world, spotify) as url:
        yield url


@pytest_asyncio.fixture(loop_scope="session")
async def silent_tab(context: BrowserContext, world: World, url: str) -> Tab:
    """Bob's page, in which nobody has clicked yet."""
    return await open_tab(context, world, url)


@pytest_asyncio.fixture(loop_scope="session")
async def tab(silent_tab: Tab) -> Tab:
    """Bob's page, clicked into once, so that it may sound."""
    await silent_tab.page.get_by_role("button", name="Sound").click()
    return silent_tab


async def soon(holds: Callable[[], bool], what: str) -> None:
    async def check() -> bool:
        return holds()

    await until(check, what)


async def falls_silent(tab: Tab) -> None:
    async def is_silent() -> bool:
        return not (await tab.heard())["isPlaying"]

    await until(is_silent, "nothing leaves the speaker any more")


# What is heard


async def test_page_becomes_a_device_on_which_spotify_plays(tab: Tab, songs: list[str]) -> None:
    device_id = await tab.connected()
    assert [(one.id, one.name, one.first_volume_percent) for one in tab.devices] == [(device_id, "A tab", 50)]
    assert await tab.ask("player.getCurrentState()") is None
    tab.player.play_uris(songs[:3], device_id=device_id)
    state = await tab.told("player_state_changed")
    assert not state["paused"]
    window = state["track_window"]
    assert window["current_track"]["uri"] == songs[0]
    assert [one["uri"] for one in window["next_tracks"]] == songs[1:3]
    current = await tab.ask("player.getCurrentState()")
    assert {*current} >= {"context", "disallows", "duration", "repeat_mode", "shuffle", "timestamp"}


async def test_what_leaves_the_speaker_is_what_spotify_believes(tab: Tab, songs: list[str]) -> None:
    await tab.playing(songs[:3])
    tab.player.seek(60_000)

    async def is_in_time() -> bool:
        heard = await tab.heard()
        truth = tab.player.truth(heard["atMs"] / 1_000)
        is_near = abs(heard["positionMs"] - truth.position_ms) < 100
        return heard["isPlaying"] and heard["uri"] == truth.uri and truth.position_ms > 60_000 and is_near

    await until(is_in_time, "the sound is where it should be")

    async def loudness() -> float:
        return await tab.page.frames[1].evaluate("window.music.loudness()")

    assert await until(loudness, "something can be heard")
    tab.player.pause()
    await tab.told("player_state_changed", lambda state: state["paused"])
    await falls_silent(tab)


async def test_next_song_sounds_when_one_ends(tab: Tab, world: World, songs: list[str]) -> None:
    await tab.playing(songs[:2])
    tab.player.seek(world.catalogue.duration_ms(songs[0]) - 300)

    async def uri() -> bool:
        return (await tab.heard())["uri"] == songs[1]

    await until(uri, "the next song is heard")
    state = await tab.told("player_state_changed", lambda one: one["track_window"]["current_track"]["uri"] == songs[1])
    assert state["position"] < 60_000


async def test_another_device_takes_over(tab: Tab, world: World, songs: list[str]) -> None:
    await tab.playing(songs[:3])
    tab.player.transfer(world.person("bob").devices[0].id)
    await tab.told("player_state_changed", lambda state: state is None)
    assert await tab.ask("player.getCurrentState()") is None
    await falls_silent(tab)


# What the page can do


async def test_every_command_is_heard_and_told(tab: Tab, songs: list[str]) -> None:
    await tab.playing(songs[:3])
    truth = tab.player.truth

    async def do(call: str) -> None:
        assert await tab.ask(f"player.{call}") is None

    await do("pause()")
    await tab.told("player_state_changed", lambda state: state["paused"])
    await soon(lambda: not truth().is_playing, "paused")
    await do("resume()")
    await tab.told("player_state_changed", lambda state: not state["paused"])
    await soon(lambda: truth().is_playing, "resumed")
    await do("togglePlay()")
    await soon(lambda: not truth().is_playing, "toggled")
    await do("togglePlay()")
    await soon(lambda: truth().is_playing, "toggled back")
    await do("seek(90000)")
    await soon(lambda: truth().position_ms >= 90_000, "sought")
    await do("nextTrack()")
    await soon(lambda: truth().uri == songs[1], "skipped")
    state = await tab.told("player_state_changed", lambda one: one["track_window"]["previous_tracks"])
    assert state["track_window"]["current_track"]["uri"] == songs[1]
    await do("previousTrack()")
    await soon(lambda: truth().uri == songs[0], "back again")
    await do("setVolume(0.25)")
    await soon(lambda: tab.player.state().volume_percents[tab.devices[0].id] == 25, "quieter")
    assert await tab.ask("player.getVolume()") == 0.25
    await do("setName('Kitchen tab')")
    await soon(lambda: [one.name for one in tab.devices] == ["Kitchen tab"], "renamed")


async def test_commands_are_done_in_their_order(tab: Tab, world: World, songs: list[str]) -> None:
    await tab.playing(songs[:3])
    world.profile = Profile.typical()
    await tab.ask("player.disconnect()")
    await soon(lambda: not tab.devices, "gone")
    await tab.playing(songs[:3])
    await tab.ask("player.pause(), player.nextTrack(), player.seek(30000), player.resume()")
    await soon(lambda: tab.player.truth().uri == songs[1] and tab.player.truth().is_playing, "all done")
    assert tab.player.truth().position_ms >= 30_000

    async def is_heard() -> bool:
        heard = await tab.heard()
        return heard["uri"] == songs[1] and heard["isPlaying"] and heard["positionMs"] >= 30_000

    await until(is_heard, "that is what is heard")


async def test_seeking_beyond_the_end_is_the_next_song(tab: Tab, songs: list[str]) -> None:
    await tab.playing(songs[:3])
    await tab.ask("player.seek(86400000)")
    await soon(lambda: tab.player.truth().uri == songs[1], "skipped")


async def test_list_that_has_no_more_falls_silent(tab: Tab, songs: list[str]) -> None:
    await tab.playing(songs[:1])
    await tab.ask("player.nextTrack()")
    await tab.told("player_state_changed", lambda state: state["paused"])
    await soon(lambda: not tab.player.truth().is_playing, "at its end")


async def test_position_moves_on_by_itself(tab: Tab, songs: list[str]) -> None:
    await tab.playing(songs[:3])
    await tab.ask("player.seek(10000)")
    await tab.told("player_state_changed", lambda state: state["position"] >= 10_000)

    async def moved() -> bool:
        return (await tab.ask("player.getCurrentState()"))["position"] > 10_200

    await until(moved, "the position moves on")


async def test_volume_set_while_another_device_plays_is_taken_along(tab: Tab, songs: list[str]) -> None:
    device_id = await tab.connected()
    await tab.ask("player.setVolume(0.1)")
    assert await tab.ask("player.getVolume()") == 0.1
    tab.player.play_uris(songs[:3], device_id=device_id)
    await soon(lambda: tab.player.state().volume_percents[device_id] == 10, "as loud as was wished")


async def test_nothing_can_be_done_where_nothing_is_loaded(tab: Tab, songs: list[str]) -> None:
    await tab.connected()
    tab.player.play_uris(songs[:3])
    for call in ("pause", "resume", "togglePlay", "nextTrack", "previousTrack"):
        await tab.ask(f"player.{call}()")
        assert await tab.told("playback_error") == {"message": NOTHING_LOADED}
    assert tab.player.truth().is_playing


@pytest.mark.parametrize("method", METHODS)
async def test_every_method_promises(tab: Tab, method: str) -> None:
    assert await tab.ask(f"player.{method} instanceof Promise")


async def test_media_keys_and_lock_screen_know_what_plays(tab: Tab, songs: list[str]) -> None:
    await tab.playing(songs[:3])
    state = await tab.ask("player.getCurrentState()")
    shown = await tab.page.frames[1].evaluate(
        "[navigator.mediaSession.metadata.title, navigator.mediaSession.playbackState]"
    )
    assert shown == [state["track_window"]["current_track"]["name"], "playing"]


# Listeners


async def test_listeners_come_once_and_go(tab: Tab) -> None:
    await tab.ask("window.once = () => { window.heardOnce = (window.heardOnce ?? 0) + 1; }")
    assert await tab.ask("player.addListener('ready', once)")
    assert not await tab.ask("player.on('ready', once)")
    await tab.ask("player.on('ready', () => { throw new Error('expected'); }) && undefined")
    assert await tab.ask("player.removeListener('ready', once)")
    assert await tab.ask("player.removeListener('ready')")
    assert not await tab.ask("player.removeListener('ready')")
    await tab.ask("player.addListener('ready', (data) => told.push({ name: 'ready', data }))")
    await tab.connected()
    assert await tab.ask("window.heardOnce") is None


@pytest.mark.parametrize(
    "wrong",
    [
        "new Spotify.Player()",
        "new Spotify.Player({ name: 'A tab' })",
        "new Spotify.Player({ getOAuthToken: () => {} })",
        "player.addListener('redy', () => {})",
    ],
)
async def test_mistake_is_told_at_once(tab: Tab, wrong: str) -> None:
    assert await tab.ask(f"(() => {{ try {{ {wrong}; }} catch (error) {{ return error.name; }} }})()") == "TypeError"


async def test_two_players_of_one_page_are_two_devices(tab: Tab, songs: list[str]) -> None:
    await tab.ask("window.tell = async (tell) => tell(await freshToken())")
    await tab.ask("window.other = new Spotify.Player({ name: 'Another', getOAuthToken: tell })")
    await tab.ask("other.addListener('player_state_changed', (data) => told.push({ name: 'other', data }))")
    await tab.connected()
    assert await tab.ask("other.connect()")
    one, other = sorted(tab.devices, key=lambda device: device.name == "Another")
    assert (one.name, other.name) == ("A tab", "Another")
    tab.player.play_uris(songs[:3], device_id=other.id)
    assert not (await tab.told("other"))["paused"]
    tab.player.transfer(one.id)
    assert not (await tab.told("player_state_changed"))["paused"]

    async def is_over() -> bool:
        return await tab.ask("other.getCurrentState()") is None

    await until(is_over, "the other one is not the active device any more")


async def test_messages_of_others_are_not_taken_for_spotify(tab: Tab) -> None:
    await tab.ask("postMessage({ type: 'event', player: 0, name: 'ready', data: { device_id: 'forged' } }, '*')")
    assert await tab.connected() != "forged"


async def test_frame_does_nothing_for_whom_did_not_embed_it(context: BrowserContext, spotify: str) -> None:
    page = await context.new_page()
    await page.goto(f"{spotify}/sdk/player.html#https://elsewhere.example")
    await page.evaluate("postMessage({ type: 'call', player: 0, ref: 1, method: 'create', argument: {} }, '*')")
    await page.evaluate("new Promise((done) => setTimeout(done))")
    assert await page.evaluate("window.music") is None


# Who may not


async def test_token_without_the_scope_is_refused(context: BrowserContext, world: World, url: str) -> None:
    tab = await open_tab(context, world, url, scopes="user-read-playback-state")
    assert await tab.ask("player.connect()") is False
    assert await tab.told("authentication_error") == {"message": "Invalid token scopes."}


async def test_account_without_premium_is_refused(context: BrowserContext, world: World, url: str) -> None:
    tab = await open_tab(context, world, url, person="finn")
    assert await tab.ask("player.connect()") is False
    assert "premium" in (await tab.told("account_error"))["message"]


async def test_token_that_is_over_is_renewed_once(tab: Tab, songs: list[str]) -> None:
    await tab.playing(songs[:3])
    asked = await tab.ask("asked")
    tab.world.expire_tokens("bob")
    await tab.ask("player.pause()")
    await soon(lambda: not tab.player.truth().is_playing, "paused with a fresh token")
    assert await tab.ask("asked") == asked + 1


async def test_page_whose_tokens_are_all_over_is_told(tab: Tab, songs: list[str]) -> None:
    await tab.playing(songs[:3])
    stale = tab.world.issue_tokens("bob", "app", SCOPES)["access_token"]
    tab.world.expire_tokens("bob")
    await tab.ask(f"window.freshToken = async () => '{stale}'")
    await tab.ask("player.pause()")
    assert (await tab.told("authentication_error"))["message"]
    assert tab.player.truth().is_playing
    await tab.ask("player.disconnect()")
    asked = await tab.ask("asked")
    assert await tab.ask("player.connect()") is False
    assert (await tab.told("authentication_error"))["message"]
    assert await tab.ask("asked") == asked + 2


@pytest.mark.parametrize("trouble", ["no frame", "no sound"])
async def test_browser_that_cannot_play_is_told(context: BrowserContext, world: World, url: str, trouble: str) -> None:
    if trouble == "no frame":
        await context.route("**/sdk/player.html", lambda route: route.abort())
    else:
        await context.add_init_script("delete window.AudioContext")
    tab = await open_tab(context, world, url)
    assert (await tab.told("initialization_error"))["message"]
    assert await tab.ask("player.connect()") is False
    assert await tab.ask("player.getCurrentState()") is None


# Coming and going


async def test_page_comes_back_by_itself_when_spotify_was_gone(
    context: BrowserContext, world: World, songs: list[str]
) -> None:
    port = free_port()
    async with embedding(world, f"http://127.0.0.1:{port}") as url:
        # The first server drops all its connections; another one takes its place.
        async with serve(world, port=port):
            tab = await open_tab(context, world, url)
            await tab.page.get_by_role("button", name="Sound").click()
            first = await tab.playing(songs[:3])
            asked = await tab.ask("asked")
        async with serve(world, port=port):
            assert await tab.told("not_ready") == {"device_id": first}
            second = (await tab.told("ready"))["device_id"]
            assert second != first
            assert await tab.ask("asked") > asked
            tab.player.play_uris(songs[:3], device_id=second)
            await tab.told("player_state_changed", lambda state: state and not state["paused"])
            await tab.page.close()


async def test_silence_on_the_line_means_that_the_network_is_gone(
    context: BrowserContext, world: World, url: str
) -> None:
    await context.clock.install()
    tab = await open_tab(context, world, url)
    first = await tab.connected()
    await context.clock.fast_forward(24_000)
    assert await tab.ask("told.length") == 1
    await context.clock.fast_forward(2_000)
    assert await tab.told("not_ready") == {"device_id": first}
    await context.clock.fast_forward(1_000)
    assert (await tab.told("ready"))["device_id"] != first


async def test_device_that_is_switched_off_comes_back_as_another(tab: Tab, songs: list[str]) -> None:
    first = await tab.playing(songs[:3])
    tab.player.set_device_online(first, False)
    assert await tab.told("not_ready") == {"device_id": first}
    assert (await tab.told("ready"))["device_id"] != first


@pytest.mark.parametrize("way", ["disconnected", "left", "closed"])
async def test_page_that_goes_falls_silent_and_is_no_device(tab: Tab, songs: list[str], way: str) -> None:
    await tab.playing(songs[:3])
    if way == "disconnected":
        await tab.ask("player.disconnect()")
        assert await tab.ask("player.getCurrentState()") is None
    elif way == "left":
        await tab.page.goto("about:blank")
    else:
        await tab.page.close()
    await soon(lambda: not tab.devices, "the device is gone")
    assert not tab.player.truth().is_playing


# What browsers allow


async def test_page_nobody_clicked_in_is_silent_until_it_is_activated(silent_tab: Tab, songs: list[str]) -> None:
    tab = silent_tab
    device_id = await tab.connected()
    tab.player.play_uris(songs[:3], position_ms=20_000, device_id=device_id)
    await tab.told("autoplay_failed")
    await tab.told("player_state_changed", lambda state: state["paused"])
    await soon(lambda: not tab.player.truth().is_playing, "paused, as nobody heard it")
    assert 20_000 <= tab.player.truth().position_ms < 20_050
    await tab.ask("player.activateElement()")
    assert not tab.player.truth().is_playing
    await tab.page.get_by_role("button", name="Sound").click()
    await soon(lambda: tab.player.truth().is_playing, "resumed")

    async def sounds() -> bool:
        heard = await tab.heard()
        return heard["isPlaying"] and heard["positionMs"] >= 20_000

    await until(sounds, "it sounds from where it would have begun")
    assert sum(event["name"] == "autoplay_failed" for event in await tab.ask("told")) == 1
