"""A page of somebody else's with the embedded Spotify's SDK in it, as strict as a page can be and still hold it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from playwright.async_api import BrowserContext, CDPSession, Page

from songswap.simulator import World
from songswap.simulator.people import Device
from songswap.simulator.players import Player

SCOPES = "streaming user-read-email user-read-private user-read-playback-state user-modify-playback-state"

_PAGE = """<!doctype html><html lang="en"><title>Embedding</title><body>
<button>Sound</button>
<script src="/page.js"></script>
<script src="{spotify}/sdk/spotify-player.js"></script>
</body></html>"""

_SCRIPT = """
const EVENTS = ["ready", "not_ready", "player_state_changed", "autoplay_failed", "initialization_error",
  "authentication_error", "account_error", "playback_error"];
window.told = [];
window.asked = 0;
// A module may be loaded where nothing may be fetched.
window.freshToken = async () => (await import(`/token.js${location.search}&${asked}`)).token;
window.onSpotifyWebPlaybackSDKReady = () => {
  window.player = new Spotify.Player({
    name: "A tab",
    volume: 0.5,
    enableMediaSession: true,
    getOAuthToken: async (tell) => { window.asked += 1; tell(await freshToken()); },
  });
  for (const name of EVENTS) player.addListener(name, (data) => told.push({ name, data }));
  document.querySelector("button").addEventListener("click", () => player.activateElement());
};
"""

TRIES = 400
PAUSE_S = 0.05


@asynccontextmanager
async def embedding(world: World, spotify_url: str) -> AsyncIterator[str]:
    """Serves the page; yields its address. All its policy allows is Spotify's script and frame, and its own scripts.

    The page is for `?person=...&scopes=...`, and has a fresh token of theirs whenever it asks.
    """
    policy = f"default-src 'none'; script-src 'self' {spotify_url}; frame-src {spotify_url}"

    async def html(_: web.Request) -> web.Response:
        text = _PAGE.format(spotify=spotify_url)
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": policy})

    async def script(_: web.Request) -> web.Response:
        return web.Response(text=_SCRIPT, content_type="text/javascript")

    async def token(request: web.Request) -> web.Response:
        person, scopes = request.query["person"], request.query["scopes"]
        token = world.issue_tokens(person, "app", scopes)["access_token"]
        return web.Response(text=f"export const token = '{token}';", content_type="text/javascript")

    app = web.Application()
    app.router.add_get("/", html)
    app.router.add_get("/page.js", script)
    app.router.add_get("/token.js", token)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


async def until(holds: Callable[[], Awaitable[Any]], what: str) -> Any:
    """Waits until it holds, and returns what it then is."""
    for _ in range(TRIES):
        if value := await holds():
            return value
        await asyncio.sleep(PAUSE_S)
    raise AssertionError(f"never: {what}")


class Tab:
    """The page in a browser. What is asked of it is asked without the gesture that Playwright's own questions are."""

    def __init__(self, world: World, person: str, page: Page, cdp: CDPSession) -> None:
        self.world, self.person, self.page, self._cdp = world, person, page, cdp
        self._read = 0

    @property
    def player(self) -> Player:
        """Whose it is, in truth."""
        return self.world.player(self.person)

    @property
    def devices(self) -> list[Device]:
        """The pages among the person's devices."""
        return [one for one in self.world.person(self.person).devices if one.is_tab and one.is_online]

    async def ask(self, expression: str) -> Any:
        """What an expression comes to in the page; promises are awaited."""
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        answer = await self._cdp.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def told(self, name: str, where: Callable[[Any], bool] = lambda _: True) -> Any:
        """The next event of this name that fits, of those not looked at yet; those before it are passed over."""

        async def found() -> dict[str, Any] | None:
            events = await self.ask("told")
            for place, event in enumerate(events[self._read :], self._read):
                if event["name"] == name and where(event.get("data")):
                    self._read = place + 1
                    return event
            return None

        return (await until(found, f"{name} is told")).get("data")

    async def connected(self) -> str:
        """Connects; the device's id."""
        assert await self.ask("player.connect()") is True
        return (await self.told("ready"))["device_id"]

    async def playing(self, uris: list[str]) -> str:
        """Connects and has these songs played on it; the device's id."""
        device_id = await self.connected()
        self.player.play_uris(uris, device_id=device_id)
        await self.told("player_state_changed", lambda state: state and not state["paused"])
        return device_id

    async def heard(self) -> dict[str, Any]:
        """What leaves the speaker."""
        return await self.page.frames[1].evaluate("window.music.report()")


async def open_tab(context: BrowserContext, world: World, url: str, person: str = "bob", scopes: str = SCOPES) -> Tab:
    """A new page for a person; nobody has clicked in it yet."""
    page = await context.new_page()
    await page.goto(f"{url}?{urlencode({'person': person, 'scopes': scopes})}")
    return Tab(world, person, page, await context.new_cdp_session(page))
