"""A disk that is full, has no inodes left or is read-only: sessions go on, pages are read, people can leave."""

import asyncio
import contextlib
import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.processes import Installation, a_browser, all_running, log_in, wait_until

pytestmark = pytest.mark.processes

FILES = 3_000
"""Inodes of the disk."""
MIB = 1024 * 1024
PAGES = ("/", "/account", "/groups/{}", "/history", "/playlists", "/notices", "/people", "/timer", "/api/groups/{}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, where the store will lie."""
    store = tmp_path / "store"
    store.mkdir()
    options = f"size=24m,nr_inodes={FILES},mode=700"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", store], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("disks can't be mounted here")
    try:
        yield store
    finally:
        subprocess.run(["umount", "--lazy", store], check=True)


def fill(disk: Path) -> None:
    """Leave no byte."""
    with contextlib.suppress(OSError), (disk / "filler").open("ab", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)


def use_up(disk: Path) -> None:
    """Leave no inode."""
    (disk / "fillers").mkdir()
    with contextlib.suppress(OSError):
        for number in range(FILES):
            (disk / "fillers" / str(number)).touch()


def write_protect(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)


def clear(disk: Path) -> None:
    """Make room again."""
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    (disk / "filler").unlink(missing_ok=True)
    for path in (disk / "fillers").glob("*"):
        path.unlink()


@dataclass
class Evening:
    """Ada leads, Bob listens."""

    there: Installation
    ada: aiohttp.ClientSession
    bob: aiohttp.ClientSession
    group: str = ""
    accounts: dict[str, str] = field(default_factory=dict)

    def skips(self) -> None:
        """Ada skips at her player, and Bob hears it."""
        before = self.there.truth("ada")["uri"]
        self.there.act("ada", "next")
        wait_until(lambda: self.there.truth("bob")["uri"] not in {before, None})

    def begins_again(self) -> None:
        """Ada puts on an album from its beginning, and Bob hears that."""
        before = self.there.truth("bob")["uri"]
        self.there.put_music_on("ada")
        wait_until(lambda: self.there.truth("bob")["uri"] not in {before, None})

    async def status(self, path: str, browser: aiohttp.ClientSession | None = None) -> int:
        async with (browser or self.ada).get(f"{self.there.url}{path.format(self.group)}") as answer:
            await answer.read()
            return answer.status


@pytest.fixture
async def evening(disk: Path, tmp_path: Path) -> AsyncIterator[Evening]:
    with all_running(tmp_path) as there:
        async with a_browser() as ada, a_browser() as bob:
            evening = Evening(there, ada, bob)
            for name, browser in (("ada", ada), ("bob", bob)):
                evening.accounts[name] = await log_in(browser, there, name)
            async with ada.post(f"{there.url}/api/groups", json={"name": "Friday"}) as answer:
                made = await answer.json()
            evening.group = made["id"]
            members = f"{there.url}/api/groups/{evening.group}/members"
            async with bob.post(members, json={"invite": made["invite_url"]}) as answer:
                assert answer.status == 201
            session = f"{there.url}/api/groups/{evening.group}/session"
            async with ada.put(session, json={"state": "running", "precision_s": 2.5}) as answer:
                assert answer.status < 300, await answer.text()
            for name, browser in (("ada", ada), ("bob", bob)):
                own = next(one["id"] for one in there.devices(name) if one["online"] and one["listed"])
                await until_listed(browser, there, own)
            listening = f"{there.url}/api/groups/{evening.group}/listening"
            async with bob.put(listening, json={"listening": True}) as answer:
                assert answer.status < 300, await answer.text()
            there.put_music_on("ada")
            wait_until(lambda: bool(there.truth("bob")["is_playing"]))
            yield evening


async def until_listed(browser: aiohttp.ClientSession, there: Installation, device: str) -> None:
    """Choose a device, as soon as the worker has found it."""
    async with browser.post(f"{there.url}/api/me/devices/look") as answer:
        assert answer.status == 202
    while True:
        async with browser.put(f"{there.url}/api/me/device", json={"device_id": device}) as answer:
            if answer.status == 200:
                return
        await asyncio.sleep(0.1)


def health(there: Installation) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"{there.url}/health", timeout=60) as answer:
            said: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        said = json.load(error)
    return said


@pytest.mark.parametrize("spoil", [fill, use_up, write_protect])
async def test_a_disk_that_takes_nothing_stops_no_session(
    evening: Evening, disk: Path, spoil: Callable[[Path], None]
) -> None:
    there, chat = evening.there, f"{evening.there.url}/api/places/chat:{evening.group}/posts"
    async with evening.ada.post(chat, json={"text": "before"}) as answer:
        assert answer.status == 201
    if spoil is write_protect:  # no file may be open for it
        for program in there.programs[1:]:
            program.stop()
        spoil(disk)
        there.start_worker()
        there.start_server()
    spoil(disk)
    evening.skips()
    evening.skips()
    assert "store can't be written" in str(health(there)["problems"])
    assert [await evening.status(path) for path in PAGES] == [200] * len(PAGES)
    async with evening.ada.get(f"{there.url}/account") as answer:
        assert "takes nothing more" in await answer.text()
    refused = []
    for number in range(20):
        text = f"number {number:02} " + "x" * 400
        async with evening.ada.post(chat, json={"text": text}) as answer:
            refused += [text] if answer.status == 503 else []
    assert refused or spoil is use_up  # without inodes, a file that is there still grows
    there_now = b"".join(path.read_bytes() for path in disk.rglob("chat/*.jsonl"))
    assert [text for text in refused if text.encode() in there_now] == []
    for program in [one for one in there.programs[1:] if one.is_running]:
        program.stop()
    there.start_worker()
    there.start_server()
    evening.begins_again()
    assert [await evening.status(path) for path in PAGES] == [200] * len(PAGES)
    clear(disk)
    wait_until(lambda: health(there)["status"] == "ok")
    async with evening.ada.post(chat, json={"text": "after"}) as answer:
        assert answer.status == 201


@pytest.mark.parametrize("spoil", [fill, use_up])
async def test_people_can_leave_a_full_disk(evening: Evening, disk: Path, spoil: Callable[[Path], None]) -> None:
    chat = f"{evening.there.url}/api/places/chat:{evening.group}/posts"
    async with evening.bob.post(chat, json={"text": "my words"}) as answer:
        post = (await answer.json())["id"]
    spoil(disk)
    async with evening.bob.delete(f"{chat}/{post}") as answer:
        assert answer.status == 200, await answer.text()
    async with evening.bob.delete(f"{evening.there.url}/api/me") as answer:
        assert answer.status == 204, await answer.text()
    assert not (disk / "accounts" / evening.accounts["bob"]).exists()
    wait_until(lambda: not [path for path in disk.rglob("*.jsonl") if b"my words" in path.read_bytes()])
