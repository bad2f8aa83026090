"""Listening in a tab: two browsers that are players themselves, and whatever can be in the way of that."""

import asyncio
import json
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.people import GameNight, Street, create_group, row_of, title
from tests.browser.test_axe import violations
from tests.browser.test_game_night import becomes_true, both_silent, fits_its_window, hear_the_same
from tests.processes import Installation, is_tab

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.asyncio(loop_scope="session")]

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Mobile/15E148 Safari/604.1"
)
HERE = "This tab is your player"
SDK = "**/sdk/spotify-player.js"
ODD = """
window.Spotify = { Player: class {
  listeners = {};
  constructor(options) { this.options = options; window.odd = this; }
  addListener(name, run) { this.listeners[name] = run; return true; }
  emit(name, told) { this.listeners[name]?.(told); }
  async connect() { %s; return true; }
  disconnect() {}
  async getCurrentState() { return %s; }
  async getVolume() { return 1; }
  async setVolume() {}
  async pause() {}
  async resume() {}
  async seek() {}
  async nextTrack() {}
  async previousTrack() {}
  async activateElement() {}
} };
window.onSpotifyWebPlaybackSDKReady();
"""
"""A player of Spotify's that is not as the reference says, or says what is in the way."""
READY = "this.emit('ready', { device_id: 'some-device' })"


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="In this tab")


def start_button(page: Page) -> Locator:
    return card(page).get_by_role("button", name="Listen here", exact=True)


async def listen_here(page: Page) -> None:
    """Make a player of this page."""
    await start_button(page).click()
    await expect(card(page)).to_contain_text(HERE)


def plays_in_a_tab(installation: Installation, person: str) -> bool:
    """Whether what is heard of this person comes out of a page."""
    truth = installation.truth(person)
    return truth["is_playing"] and any(one["id"] == truth["device_id"] for one in tabs_of(installation, person))


def tabs_of(installation: Installation, person: str) -> list[dict[str, Any]]:
    return [one for one in installation.devices(person) if is_tab(one)]


async def both_in_tabs(night: GameNight) -> str:
    """Ada and Bob hear what Ada plays, each in their tab; returns the name of the song."""
    installation = night.installation
    installation.act("ada", "pause")
    installation.put_music_on("ada")
    await night.start()
    await asyncio.gather(listen_here(night.ada), listen_here(night.bob))
    for person in ("ada", "bob"):
        await becomes_true(lambda who=person: plays_in_a_tab(installation, who), f"{person}'s tab plays")
    await becomes_true(lambda: hear_the_same(installation), "Bob's tab plays what Ada's does")
    return await title(night.ada).inner_text()


async def test_two_tabs_play_the_same_and_what_the_host_does_is_heard_in_both(game_night: GameNight) -> None:
    ada, bob, installation = game_night.ada, game_night.bob, game_night.installation
    name = await both_in_tabs(game_night)
    await expect(title(bob)).to_have_text(name)
    await expect(row_of(ada, "Bob")).to_contain_text("SongSwap in Chrome")

    first = installation.truth("ada")["uri"]
    await ada.get_by_role("button", name="Next track").click()
    await becomes_true(
        lambda: hear_the_same(installation) and installation.truth("bob")["uri"] != first, "both hear the next song"
    )
    await ada.get_by_role("button", name="Pause").click()
    await becomes_true(lambda: both_silent(installation), "both are silent")
    await ada.get_by_role("button", name="Play", exact=True).click()
    await becomes_true(lambda: hear_the_same(installation), "both go on together")
    await ada.get_by_role("slider", name="Position in the track").fill("60000")
    await becomes_true(
        lambda: hear_the_same(installation) and installation.truth("bob")["position_ms"] > 60_000, "both move on"
    )
    for person in ("ada", "bob"):
        assert plays_in_a_tab(installation, person)


async def test_whoever_stepped_out_is_in_again_with_a_tap_on_listen_here(game_night: GameNight) -> None:
    ada, bob = game_night.ada, game_night.bob
    game_night.installation.put_music_on("ada")
    await game_night.start()
    await bob.get_by_role("button", name="Step out").click()
    await expect(row_of(ada, "Bob")).to_contain_text("stepped out")
    await listen_here(bob)
    await expect(row_of(ada, "Bob")).to_contain_text("in sync")
    await expect(row_of(ada, "Bob")).to_contain_text("SongSwap in Chrome")


async def test_a_tab_that_is_loaded_anew_comes_back_by_itself(game_night: GameNight, street: Street) -> None:
    installation = game_night.installation
    await both_in_tabs(game_night)
    for page, person in ((game_night.bob, "bob"), (game_night.ada, "ada")):
        before = installation.truth(person)["device_id"]
        await page.reload()
        await expect(card(page)).to_contain_text(HERE)
        await becomes_true(
            lambda who=person, old=before: (
                plays_in_a_tab(installation, who) and installation.truth(who)["device_id"] != old
            ),
            f"{person}'s tab plays again",
        )
        await becomes_true(lambda: hear_the_same(installation), "they are together again")


async def test_music_goes_on_while_the_server_is_started_anew_and_the_tab_finds_it_again(
    game_night: GameNight, street: Street
) -> None:
    street.may_be_refused("/")
    installation = game_night.installation
    await both_in_tabs(game_night)
    server = next(one for one in installation.programs if one.output.name == "server.log" and one.is_running)
    await asyncio.to_thread(server.stop)
    await expect(card(game_night.bob)).to_contain_text("SongSwap can’t be reached")
    assert plays_in_a_tab(installation, "bob")
    await asyncio.to_thread(installation.start_server)
    for page in (game_night.ada, game_night.bob):
        await expect(card(page)).to_contain_text(HERE)
    await game_night.ada.get_by_role("button", name="Next track").click()
    await becomes_true(lambda: hear_the_same(installation), "they are together again")
    for person in ("ada", "bob"):
        assert plays_in_a_tab(installation, person)


async def test_the_last_tab_of_a_person_that_was_tapped_in_plays(street: Street) -> None:
    first = await street.person("Ada")
    await create_group(first, "Two tabs")
    await listen_here(first)
    second = await first.context.new_page()
    await second.goto(first.url)
    await expect(card(second)).to_contain_text("You listen in another tab")
    await card(second).get_by_role("button", name="Listen here instead").click()
    await expect(card(second)).to_contain_text(HERE)
    await expect(card(first)).to_contain_text("You listen elsewhere now")
    await card(first).get_by_role("button", name="Listen here instead").click()
    await expect(card(first)).to_contain_text(HERE)
    await expect(card(second)).to_contain_text("You listen elsewhere now")
    await card(first).get_by_role("button", name="Stop listening here").click()
    await expect(start_button(first)).to_be_visible()


async def test_a_page_that_is_closed_is_no_device_any_more(street: Street) -> None:
    installation = street.installation
    bob = await street.person("Bob", "phone")
    await create_group(bob, "Bob alone")
    await listen_here(bob)
    await becomes_true(lambda: any(one["listed"] for one in tabs_of(installation, "bob")), "the page is a device")
    await bob.close()
    await becomes_true(lambda: not any(one["online"] for one in tabs_of(installation, "bob")), "the page is gone")


def kept_tabs(installation: Installation) -> list[dict[str, Any]]:
    """What pages reported last, as it lies in the store."""
    return [json.loads(path.read_bytes())["data"] for path in installation.store.glob("accounts/*/tab.json")]


async def test_volume_and_silence_are_kept_by_the_browser(street: Street) -> None:
    installation = street.installation
    bob = await street.person("Bob")
    await create_group(bob, "Loud")
    await listen_here(bob)
    volume = card(bob).get_by_role("slider", name="Volume of this tab")
    await volume.fill("30")
    await expect(volume).to_have_attribute("aria-valuetext", "30 %")
    mute = card(bob).get_by_role("button", name="Silence this tab")
    await mute.focus()
    await bob.keyboard.press("Space")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await bob.reload()
    await expect(card(bob)).to_contain_text(HERE)
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await mute.click()
    await expect(volume).to_have_value("30")
    assert tabs_of(installation, "bob")
    await card(bob).get_by_role("button", name="Stop listening here").click()


async def test_what_the_browser_keeps_silent_sounds_after_a_tap(street: Street) -> None:
    installation = street.installation
    ada = await street.person("Ada")
    await create_group(ada, "Quiet")
    group = ada.url.rsplit("/", 1)[1]
    await ada.close()
    before = {one["id"] for one in tabs_of(installation, "ada")}  # pages of a moment ago may still seem to be there
    page = await ada.context.new_page()
    # As after the browser was started anew: the tab is there again, and nobody has tapped in it.
    await page.add_init_script(f"sessionStorage.setItem('songswap.plays', {json.dumps(group)})")
    await page.goto(f"/groups/{group}")

    def new_ones() -> list[str]:
        return [one["id"] for one in tabs_of(installation, "ada") if one["id"] not in before]

    await becomes_true(lambda: bool(new_ones()), "the page is a device")
    device = new_ones()[0]
    installation.put_music_on("ada")
    installation.act("ada", "transfer", device_id=device)
    # Whatever is asked of the page would count as a tap there; so its report is looked at, not the page.
    await becomes_true(lambda: any(one.get("is_blocked") for one in kept_tabs(installation)), "it is silent")
    await expect(card(page)).to_contain_text("Silent until you tap")
    assert await violations(page) == []
    await card(page).get_by_role("button", name="Start the sound").click()
    await becomes_true(lambda: plays_in_a_tab(installation, "ada"), "the page is heard")
    await expect(card(page)).to_contain_text(HERE)
    await card(page).get_by_role("button", name="Stop listening here").click()


async def test_a_token_that_spotify_does_not_take_is_replaced_without_loading_the_page(street: Street) -> None:
    street.may_be_refused("/sdk/connect")
    bob = await street.person("Bob")
    await create_group(bob, "Token")
    asked: list[str] = []

    async def once_over(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            await route.fulfill(json={"access_token": "over", "expires_at_ms": 0})
        else:
            await route.continue_()

    await bob.route("**/api/me/tab/token", once_over)
    await listen_here(bob)
    assert len(asked) == 2
    await card(bob).get_by_role("button", name="Stop listening here").click()


async def test_whoever_has_no_premium_is_told_so(street: Street) -> None:
    street.may_be_refused("/sdk/connect")
    street.may_be_refused("/api/me/tab/token")
    finn = await street.person("Finn", "phone")
    await create_group(finn, "Finn alone")
    await start_button(finn).click()
    await expect(card(finn)).to_contain_text("Spotify Premium is needed")
    assert await violations(finn) == []
    assert await fits_its_window(finn)


@pytest.mark.parametrize("screen", ["desk", "phone"])
async def test_a_player_of_spotify_that_does_not_load_is_told_of_and_tried_again(street: Street, screen: Any) -> None:
    street.may_be_refused("/sdk/spotify-player.js")
    bob = await street.person("Bob", screen)
    await create_group(bob, "Blocked")
    await bob.route(SDK, lambda route: route.abort())
    await start_button(bob).click()
    await expect(card(bob)).to_contain_text("Spotify’s player did not load")
    await expect(card(bob)).to_contain_text("ad blocker")
    await expect(bob.get_by_role("button", name="Bob’s phone")).to_be_visible()
    assert await violations(bob) == []
    assert await fits_its_window(bob)
    await bob.unroute(SDK)
    await card(bob).get_by_role("button", name="Try again").click()
    await expect(card(bob)).to_contain_text(HERE)
    await expect(card(bob).get_by_role("button", name="Stop listening here")).to_be_focused()
    await bob.keyboard.press("Enter")
    await expect(start_button(bob)).to_be_focused()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("window.somethingElse = true;", "Spotify’s player has changed"),
        ("window.Spotify = {}; window.onSpotifyWebPlaybackSDKReady();", "Spotify’s player has changed"),
        (ODD.replace("async seek() {}", "") % (READY, "null"), "Spotify’s player has changed"),
        (ODD % (READY, "{ paused: 'perhaps', track_window: {} }"), "Spotify’s player has changed"),
        (ODD % ("this.emit('ready', {})", "null"), "Spotify’s player has changed"),
        (ODD % ("this.emit('initialization_error', { message: 'No media.' })", "null"), "can’t start here"),
        (ODD % ("this.emit('account_error', { message: 'No.' })", "null"), "Spotify Premium is needed"),
        (ODD % ("this.emit('authentication_error', { message: 'No.' })", "null"), "Log in again"),
    ],
)
async def test_whatever_spotifys_player_says_is_told_in_words(street: Street, script: str, words: str) -> None:
    bob = await street.person("Bob")
    await create_group(bob, "Odd")

    async def answer(route: Route) -> None:
        await route.fulfill(body=script, content_type="text/javascript")

    await bob.route(SDK, answer)
    await start_button(bob).click()
    await expect(card(bob)).to_contain_text(words)
    await expect(start_button(bob)).to_be_hidden()


async def test_a_song_that_can_not_be_played_and_a_lost_connection_are_told_and_got_over(street: Street) -> None:
    bob = await street.person("Bob")
    await create_group(bob, "Stumbling")

    async def answer(route: Route) -> None:
        await route.fulfill(body=ODD % (READY, "null"), content_type="text/javascript")

    await bob.route(SDK, answer)
    await listen_here(bob)
    await bob.evaluate("odd.emit('playback_error', { message: 'Failed to perform playback' })")
    await expect(card(bob)).to_contain_text("Failed to perform playback")
    await bob.evaluate("odd.emit('player_state_changed', null)")
    await expect(card(bob)).to_contain_text(HERE)
    await bob.evaluate("odd.emit('not_ready', { device_id: 'some-device' })")
    await expect(card(bob)).to_contain_text("Spotify can’t be reached")
    await bob.evaluate("odd.emit('ready', { device_id: 'another-device' })")
    await expect(card(bob)).to_contain_text(HERE)
    await card(bob).get_by_role("button", name="Stop listening here").click()


async def test_browsers_that_can_not_play_say_so_and_point_to_the_devices(street: Street) -> None:
    bob = await street.person("Bob", "phone")
    await create_group(bob, "Apples")
    await bob.add_init_script(f"Object.defineProperty(navigator, 'userAgent', {{ value: {json.dumps(IPHONE)} }})")
    await bob.reload()
    await expect(card(bob)).to_contain_text("This browser can’t play Spotify in a page")
    await expect(card(bob)).to_contain_text("as your device below")
    await expect(card(bob).get_by_role("button")).to_have_count(0)
    assert await violations(bob) == []
    old = await bob.context.new_page()
    await old.add_init_script("delete Navigator.prototype.requestMediaKeySystemAccess")
    await old.goto(bob.url)
    await expect(card(old)).to_contain_text("It lacks what protected music takes")


@pytest.mark.parametrize(("screen", "scheme"), [("desk", "dark"), ("phone", "light")])
async def test_the_card_of_a_tab_that_plays_breaks_no_rule(street: Street, screen: Any, scheme: Any) -> None:
    bob = await street.person("Bob", screen)
    await bob.emulate_media(color_scheme=scheme)
    await create_group(bob, "Rules")
    await expect(start_button(bob)).to_be_visible()
    assert await violations(bob) == []
    await listen_here(bob)
    assert await violations(bob) == []
    assert await fits_its_window(bob)
    await card(bob).get_by_role("button", name="Stop listening here").click()


async def test_clicks_play_beside_the_fine_tuning(game_night: GameNight, street: Street) -> None:
    ada, bob = game_night.ada, game_night.bob
    await both_in_tabs(game_night)
    for page in (ada, bob):
        await page.get_by_role("button", name="Play clicks").click()
        await expect(page.get_by_text("In time with SongSwap")).to_be_visible()
    tuning = bob.get_by_role("slider", name="Fine tuning by ear")
    async with bob.expect_response("**/api/me/trim"):
        await tuning.fill("40")
    await bob.reload()
    await expect(tuning).to_have_value("40")
    async with bob.expect_response("**/api/me/trim"):
        await tuning.fill("0")
    await ada.get_by_role("button", name="Stop the clicks").click()
    await expect(ada.get_by_text("In time with SongSwap")).to_be_hidden()
