"""A night in real time: six people log in, form a group and listen; the host does what the script says."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from bench.sync.changes import changes
from bench.sync.measure import tally
from bench.sync.people import EVERYBODY, HOST, LISTENERS, longest_playlist
from bench.sync.recording import Recording
from bench.sync.results import Outcome, interruptions, reached_after_s
from bench.sync.script import Cue
from bench.sync.stage import Play, follow_script, record
from songswap.simulator import Truth, World
from songswap.simulator.world import CallRecord
from tests.processes import CLIENT_ID, Installation, a_browser, an_installation, answers, log_in, wait_until

SECOND_APP = "second-app"
"""Six people need two apps: each has five seats."""
PRECISION_S = 5.0
PATIENCE_S = 60.0
LOOK_S = 0.2
SEATED_S = 3.0
"""For the worker to have found everybody's chosen device before the session starts."""


class RealStage:
    """Three processes, reached over HTTP."""

    def __init__(self, installation: Installation, spotify: aiohttp.ClientSession, host: "Guest", group: str) -> None:
        self._desk = f"{installation.spotify_url}/sim"
        self._spotify = spotify
        self._host = host
        self._group = group

    def now_ms(self) -> float:
        """This machine's clock, which is the embedded Spotify's."""
        return time.time() * 1000

    async def truths(self, at_ms: float) -> Mapping[str, Truth]:
        """What everybody heard at that very moment, however late it is asked."""
        while self.now_ms() <= at_ms:
            await asyncio.sleep(0.001)
        return await self._truths({"at_s": f"{at_ms / 1000:.6f}"})

    async def truth(self, person: str) -> Truth:
        """What one person hears now."""
        return (await self._truths({}))[person]

    async def act(self, person: str, verb: str, fields: Mapping[str, int]) -> None:
        """In the Spotify app."""
        url = f"{self._desk}/players/{person}"
        async with self._spotify.post(url, json={"action": verb, **fields}) as answer:
            assert answer.ok, await answer.text()

    async def click(self, action: str, fields: Mapping[str, int]) -> None:
        """On our page."""
        await self._host.call("POST", f"/api/groups/{self._group}/playback", {"action": action, **fields})

    async def calls(self) -> list[CallRecord]:
        """Every call to Spotify so far."""
        async with self._spotify.get(f"{self._desk}/calls") as answer:
            return [CallRecord(**call) for call in (await answer.json())["items"]]

    async def calls_while_blocked(self) -> int:
        """Those of them that were made although Spotify had said not to."""
        async with self._spotify.get(f"{self._desk}/calls") as answer:
            blocked: int = (await answer.json())["while_blocked"]
            return blocked

    async def _truths(self, query: Mapping[str, str]) -> dict[str, Truth]:
        async with self._spotify.get(f"{self._desk}/truth", params=query) as answer:
            return {person: Truth(**told) for person, told in (await answer.json())["players"].items()}


class Guest:
    """One person's browser."""

    def __init__(self, browser: aiohttp.ClientSession, url: str) -> None:
        self.browser = browser
        self._url = url

    async def call(self, method: str, path: str, content: object = None) -> Any:
        """The JSON answer to a request that is meant to succeed."""
        async with self.browser.request(method, f"{self._url}{path}", json=content) as answer:
            assert answer.ok, f"{method} {path}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def sit_down(self, device_id: str) -> None:
        """Choose the device to listen on, once Spotify has told of it."""
        await self.call("POST", "/api/me/devices/look")
        async with asyncio.timeout(PATIENCE_S):
            while device_id not in await self._devices():
                await asyncio.sleep(LOOK_S)
        await self.call("PUT", "/api/me/device", {"device_id": device_id})

    async def _devices(self) -> list[str]:
        return [device["id"] for device in (await self.call("GET", "/api/me"))["devices"]["items"]]


async def measure(folder: Path, script: Sequence[Cue], seconds: float, warm_up_s: float, seed: int) -> Outcome:
    """Play the script within so many seconds and measure what everybody heard. `folder` keeps store and logs."""
    world = World(seed=seed)
    with an_installation(folder) as installation:
        start(installation, seed)
        async with guests(installation) as people, a_browser() as spotify:
            group = await form_group(people, world)
            stage = RealStage(installation, spotify, people[HOST], group)
            installation.act(HOST, "play_context", uri=longest_playlist(world))
            recording = Recording(stage.now_ms(), warm_up_ms=warm_up_s * 1000)
            play = Play(stage, world.catalogue, recording)
            wanted = {"state": "running", "precision_s": PRECISION_S}
            await people[HOST].call("PUT", f"/api/groups/{group}/session", wanted)
            ends_ms = recording.began_ms + seconds * 1000
            async with asyncio.TaskGroup() as tasks:
                following = tasks.create_task(follow_script(play, script, "both"))
                await record(play, ends_ms)
                following.cancel()
            return await outcome(play, stage, ends_ms)


async def outcome(play: Play, stage: RealStage, ends_ms: float) -> Outcome:
    """What there is to tell of a night in real time; calls count from when the session started."""
    calls = [call for call in await stage.calls() if call.time_s * 1000 >= play.recording.began_ms]
    spans = {one: [(play.recording.began_ms, ends_ms)] for one in EVERYBODY}
    return Outcome(
        tally=tally(play.recording, spans),
        changes=changes(play.recording, spans, calls),
        obeyed=[(one, reached_after_s(one, HOST, calls)) for one in play.obeyed],
        unled_s=[],
        interruptions=interruptions(play, calls),
        calls=calls,
        while_blocked=await stage.calls_while_blocked(),
    )


def start(installation: Installation, seed: int) -> None:
    """The three processes, with two apps."""
    with installation.config.open("a", encoding="utf-8") as config:
        config.write(f"[spotify.second]\nclient_id = {SECOND_APP}\n")
    spotify = installation.start(
        *("spotify", "-m", "bench.realtime.spotify", "--port", str(installation.spotify_port), "--seed", str(seed)),
        *("--client-id", CLIENT_ID, "--client-id", SECOND_APP, "--redirect-uri", f"{installation.url}/callback"),
    )
    wait_until(lambda: answers(f"{installation.spotify_url}/sim/truth"), spotify)
    installation.start_worker()
    installation.start_server()


@asynccontextmanager
async def guests(installation: Installation) -> AsyncIterator[dict[str, Guest]]:
    """Everybody, logged in."""
    async with AsyncExitStack() as browsers:
        people = {}
        for person in EVERYBODY:
            browser = await browsers.enter_async_context(a_browser())
            await log_in(browser, installation, person)
            people[person] = Guest(browser, installation.url)
        yield people


async def form_group(people: Mapping[str, Guest], world: World) -> str:
    """Everybody in one group, each on their first device; returns the group's id."""
    made = await people[HOST].call("POST", "/api/groups", {"name": "Measured"})
    group: str = made["id"]
    invite = (await people[HOST].call("GET", f"/api/groups/{group}"))["invite_url"]
    for listener in LISTENERS:
        await people[listener].call("POST", f"/api/groups/{group}/members", {"invite": invite})
    for person, guest in people.items():
        await guest.sit_down(world.person(person).devices[0].id)
    await asyncio.sleep(SEATED_S)
    return group
