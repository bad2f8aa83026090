"""Server and worker together, as processes: how fast one hears of the other, how they stop, and what they never say."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from songswap.config import load
from songswap.documents import CONSENT, TOKEN
from songswap.store import Store
from songswap.vault import KEY_FILE, open_vault
from tests.processes import PATIENCE_S, Installation, a_browser, all_running, log_in

pytestmark = pytest.mark.processes

FOREVER_S = 600.0


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    """The three processes; network and devices have no delays of their own."""
    with all_running(tmp_path, "instant") as started:
        yield started


async def call(browser: aiohttp.ClientSession, method: str, url: str, content: object = None) -> Any:
    """The JSON answer to a request that is meant to succeed."""
    async with browser.request(method, url, json=content) as answer:
        assert answer.ok, await answer.text()
        return await answer.json()


async def start_session(host: aiohttp.ClientSession, running: Installation) -> str:
    """Ada, alone in a group, starts a session while she plays an album; returns the group's address in the API."""
    await log_in(host, running, "ada")
    group = await call(host, "POST", f"{running.url}/api/groups", {"name": "Alone"})
    api = f"{running.url}/api/groups/{group['id']}"
    running.put_music_on("ada")
    await call(host, "PUT", f"{api}/session", {"state": "running"})
    await until_spotify_gets(running, "/v1/me/player")
    return api


async def until_spotify_gets(running: Installation, path: str) -> None:
    """Wait for a call that arrives at the embedded Spotify, whatever becomes of it there."""
    async with asyncio.timeout(PATIENCE_S):
        while not any(one["path"] == path for one in await asyncio.to_thread(running.calls)):
            await asyncio.sleep(0.01)


def calls_begun(running: Installation, role: str) -> int:
    """How many calls to Spotify a process has noted before it sent them."""
    return sum(ledger.read_bytes().count(b"\n") for ledger in running.store.glob(f"ledger/{role}-*.jsonl"))


@pytest.mark.parametrize(
    ("command", "path"),
    [
        ({"action": "pause"}, "/v1/me/player/pause"),
        ({"action": "next"}, "/v1/me/player/next"),
        ({"action": "previous"}, "/v1/me/player/previous"),
        ({"action": "seek", "position_ms": 60_000}, "/v1/me/player/seek"),
    ],
)
async def test_a_click_on_the_page_becomes_a_call_to_spotify(
    running: Installation, command: dict[str, object], path: str
) -> None:
    async with a_browser() as host:
        api = await start_session(host, running)
        await call(host, "POST", f"{api}/playback", command)
        await until_spotify_gets(running, path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_both_stop_in_time_while_spotify_leaves_them_waiting(
    running: Installation, number: signal.Signals
) -> None:
    """The time is asserted by the installation: some of what the README promises, as the machine may be busy."""
    async with a_browser() as host, a_browser() as guest:
        api = await start_session(host, running)
        running.break_spotify(kind="slow", delay_s=FOREVER_S)
        before = {role: calls_begun(running, role) for role in ("server", "worker")}
        await call(host, "POST", f"{api}/playback", {"action": "pause"})
        logging_in = asyncio.create_task(log_in(guest, running, "bob"))
        async with asyncio.timeout(PATIENCE_S):
            while any(calls_begun(running, role) == before[role] for role in before):
                await asyncio.sleep(0.01)
        _, worker, server = running.programs
        await asyncio.to_thread(server.stop, number)
        await asyncio.to_thread(worker.stop, number)
        with pytest.raises((aiohttp.ClientError, AssertionError)):
            await logging_in


async def test_no_secret_is_in_any_log_after_an_evening_in_which_much_goes_wrong(running: Installation) -> None:
    async with a_browser() as host:
        api = await start_session(host, running)
        invite = (await call(host, "GET", api))["invite_url"].rpartition("/")[2]
        running.break_spotify(kind="false_401", path="/v1/me/player*", times=1)
        running.break_spotify(kind="garbage", path="/v1/me/player*", times=2, after_s=0.2)
        running.break_spotify(kind="drop", path="/v1/me/player*", times=2, after_s=0.4)
        running.break_spotify(kind="status", status=500, path="/v1/me/player*", times=2, after_s=0.6)
        for action in ("pause", "play", "next", "pause", "play", "previous"):
            await call(host, "POST", f"{api}/playback", {"action": action})
            await asyncio.sleep(0.2)
        await until_spotify_gets(running, "/api/token")
        async with host.get(f"{running.url}/callback?code=replayed&state=replayed") as answer:
            assert answer.status == 400
        cookies = [cookie.value for cookie in host.cookie_jar]
    secrets = {*cookies, *(cookie.partition(".")[2] or cookie for cookie in cookies), invite, *tokens_of(running)}
    assert len(secrets) >= 6
    said = "\n".join(program.said() for program in running.programs)
    assert "GET /v1/me/player" in said
    assert [secret for secret in secrets if secret in said] == []


def tokens_of(running: Installation) -> set[str]:
    """Every token in the store, as it is used with Spotify, and the key it is sealed with."""
    config = load(running.config, {})
    store = Store(running.store, "server")
    vault = open_vault(config.server.secret_key, store.root)
    tokens = {(running.store / KEY_FILE).read_text().strip()}
    for account in store.names("accounts"):
        for document in (CONSENT, TOKEN):
            sealed = store.read(document, account)
            tokens |= (
                {vault.unseal(text) for text in (sealed.access_token, sealed.refresh_token) if text}
                if sealed
                else set()
            )
    return tokens
