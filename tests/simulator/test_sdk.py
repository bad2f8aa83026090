"""What the Web Playback SDK speaks to: a page that connects is a device for as long as it listens."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from songswap.simulator import Profile, World, serve

SCOPES = "streaming user-read-email user-read-private user-read-playback-state user-modify-playback-state"


class Page:
    """A page that plays, as far as the wire goes."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self.http, self.url, self.headers = http, url, {"Authorization": f"Bearer {token}"}
        self.lines: list[dict] = []
        self.device_id = ""

    async def post(self, path: str, body: object = None, **headers: str) -> tuple[int, dict]:
        async with self.http.post(
            f"{self.url}/sdk/{path}", json=body or {}, headers={**self.headers, **headers}
        ) as response:
            text = await response.text()
            return response.status, json.loads(text) if text else {}

    async def told(self, kind: str, **fields: object) -> dict:
        """The next line of this kind whose state has these fields."""
        seen = 0
        for _ in range(300):
            for line in self.lines[seen:]:
                state = line.get("state") or {}
                if line["type"] == kind and all(state.get(name) == value for name, value in fields.items()):
                    return line
            seen = len(self.lines)
            await asyncio.sleep(0.01)
        raise AssertionError(f"never told {kind} {fields}: {[line['type'] for line in self.lines]}")


@contextlib.asynccontextmanager
async def a_page(
    world: World, http: aiohttp.ClientSession, url: str, person: str = "bob", scopes: str = SCOPES
) -> AsyncIterator[Page]:
    """A connected page of this person."""
    page = Page(http, url, world.issue_tokens(person, "a-client", scopes)["access_token"])
    async with http.post(f"{url}/sdk/connect", json={"name": "A tab", "volume": 0.5}, headers=page.headers) as stream:
        assert stream.status == 200, await stream.text()

        async def read() -> None:
            async for line in stream.content:
                page.lines.append(json.loads(line))

        reading = asyncio.create_task(read())
        page.device_id = (await page.told("ready"))["device_id"]
        try:
            yield page
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


@pytest.fixture
async def spotify() -> AsyncIterator[tuple[World, aiohttp.ClientSession, str]]:
    world = World(profile=Profile.instant())
    world.register_app("a-client")
    async with serve(world) as url, aiohttp.ClientSession() as http:
        yield world, http, url


async def test_a_connected_page_is_a_device_that_can_be_played_on(spotify) -> None:
    world, http, url = spotify
    async with a_page(world, http, url) as page:
        async with http.get(f"{url}/v1/me/player/devices", headers=page.headers) as response:
            devices = (await response.json())["devices"]
        [device] = [one for one in devices if one["id"] == page.device_id]
        assert (device["name"], device["type"], device["volume_percent"]) == ("A tab", "Computer", 50)
        assert (await page.told("state"))["state"] is None
        uris = [track.uri for track in world.catalogue.tracks.values() if track.plays_as is None][:3]
        async with http.put(
            f"{url}/v1/me/player/play", params={"device_id": page.device_id}, json={"uris": uris}, headers=page.headers
        ) as response:
            assert response.status == 204
        state = (await page.told("state", is_playing=True))["state"]
        window = state["sdk"]["track_window"]
        assert window["current_track"]["uri"] == uris[0]
        assert [one["uri"] for one in window["next_tracks"]] == uris[1:]
        assert (state["sdk"]["paused"], state["volume_percent"]) == (False, 50)


async def test_what_the_page_does_itself_is_heard_when_it_says(spotify) -> None:
    world, http, url = spotify
    async with a_page(world, http, url) as page:
        uris = [f"spotify:track:{track}" for track in list(world.catalogue.tracks)[:3]]
        player = world.player("bob")
        player.play_uris(uris, device_id=page.device_id)
        await page.told("state", is_playing=True)
        then_ms = world.clock() * 1_000 - 300
        await asyncio.sleep(0.35)
        status, _ = await page.post(
            f"{page.device_id}/command", {"action": "seek", "position_ms": 60_000, "at_ms": then_ms + 330}
        )
        assert status == 204
        assert player.truth((then_ms + 330) / 1_000).position_ms == pytest.approx(60_000, abs=1)
        await page.post(f"{page.device_id}/command", {"action": "next"})
        assert player.truth().uri == uris[1]
        await page.post(f"{page.device_id}/command", {"action": "previous"})
        assert player.truth().uri == uris[0]
        await page.post(f"{page.device_id}/command", {"action": "pause"})
        assert not player.truth().is_playing
        await page.post(f"{page.device_id}/command", {"action": "toggle"})
        assert player.truth().is_playing
        await page.post(f"{page.device_id}/command", {"action": "volume", "volume_percent": 20})
        assert player.state().volume_percents[page.device_id] == 20
        await page.told("state", volume_percent=20)
        assert await page.post(f"{page.device_id}/command", {"action": "rename", "name": "Kitchen"}) == (204, {})
        assert world.person("bob").device(page.device_id).name == "Kitchen"


async def test_a_page_that_is_not_the_active_device_can_do_nothing(spotify) -> None:
    world, http, url = spotify
    async with a_page(world, http, url) as page:
        status, body = await page.post(f"{page.device_id}/command", {"action": "resume"})
        assert (status, body["error"]["message"]) == (409, "Cannot perform operation; no list was loaded.")
        world.player("bob").play_uris([f"spotify:track:{next(iter(world.catalogue.tracks))}"])
        status, _ = await page.post(f"{page.device_id}/command", {"action": "pause"})
        assert status == 409
        assert world.player("bob").truth().is_playing


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "dance"},
        {"action": "seek"},
        {"action": "seek", "position_ms": -1},
        {"action": "volume", "volume_percent": 101},
        {"action": "pause", "at_ms": "now"},
        {"action": "rename", "name": ""},
    ],
)
async def test_a_command_that_does_not_fit_is_refused(spotify, body) -> None:
    world, http, url = spotify
    async with a_page(world, http, url) as page:
        status, answer = await page.post(f"{page.device_id}/command", body)
        assert status == 400
        assert answer["error"]["message"]


async def test_who_leaves_falls_silent_and_is_a_device_no_more(spotify) -> None:
    world, http, url = spotify
    async with a_page(world, http, url) as page:
        world.player("bob").play_uris([f"spotify:track:{next(iter(world.catalogue.tracks))}"], device_id=page.device_id)
        async with http.post(f"{url}/sdk/{page.device_id}/leave") as response:
            assert response.status == 204
        assert not world.player("bob").truth().is_playing
        status, _ = await page.post(f"{page.device_id}/command", {"action": "pause"})
        assert status == 404
        async with http.get(f"{url}/v1/me/player/devices", headers=page.headers) as response:
            assert page.device_id not in {one["id"] for one in (await response.json())["devices"]}


async def test_others_can_not_command_somebodys_page(spotify) -> None:
    world, http, url = spotify
    async with a_page(world, http, url) as page:
        other = world.issue_tokens("cleo", "a-client", SCOPES)["access_token"]
        status, _ = await page.post(f"{page.device_id}/command", {"action": "pause"}, Authorization=f"Bearer {other}")
        assert status == 403


@pytest.mark.parametrize(
    ("person", "scopes", "status", "reason"),
    [
        ("bob", "user-read-playback-state", 403, None),
        ("bob", "streaming", 403, None),
        ("finn", SCOPES, 403, "PREMIUM_REQUIRED"),
    ],
)
async def test_who_may_not_play_in_a_page_is_told_why(spotify, person, scopes, status, reason) -> None:
    world, http, url = spotify
    page = Page(http, url, world.issue_tokens(person, "a-client", scopes)["access_token"])
    answered, body = await page.post("connect", {"name": "A tab"})
    assert (answered, body["error"].get("reason")) == (status, reason)


async def test_a_token_that_expired_connects_nobody(spotify) -> None:
    world, http, url = spotify
    page = Page(http, url, world.issue_tokens("bob", "a-client", SCOPES)["access_token"])
    world.expire_tokens("bob")
    assert (await page.post("connect", {"name": "A tab"}))[0] == 401


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 201}, {"name": "A", "volume": 2}])
async def test_a_page_that_says_nonsense_is_no_device(spotify, body) -> None:
    world, http, url = spotify
    page = Page(http, url, world.issue_tokens("bob", "a-client", SCOPES)["access_token"])
    assert (await page.post("connect", body))[0] == 400


async def test_the_page_is_told_when_another_device_takes_over(spotify) -> None:
    world, http, url = spotify
    async with a_page(world, http, url) as page:
        player = world.player("bob")
        player.play_uris([f"spotify:track:{next(iter(world.catalogue.tracks))}"], device_id=page.device_id)
        await page.told("state", is_playing=True)
        page.lines.clear()
        player.transfer(world.person("bob").devices[0].id)
        assert (await page.told("state"))["state"] is None


async def test_the_clock_and_the_hidden_page_may_be_read_from_anywhere(spotify) -> None:
    world, http, url = spotify
    async with http.get(f"{url}/sdk/clock") as response:
        assert (await response.json())["now_ms"] == pytest.approx(world.clock() * 1_000, abs=5_000)
    async with http.get(f"{url}/sdk/spotify-player.js") as response:
        assert response.content_type == "text/javascript"
    async with http.get(f"{url}/sdk/player.html") as response:
        assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
