"""Whatever is wrong with one document or log, everybody else goes on; it is named, and taken in again when mended.

Two groups play in virtual time, with the real worker and the real pages. What is Bob's, his group's and everybody's is
put into one bad state after the other and left so; Cleo and Dario, in the other group, must not notice.
"""

import asyncio
import contextlib
import os
import shutil
import types
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Union, cast, get_args, get_origin

import msgspec
import pytest

from songswap.clock import Clock
from songswap.config import Config, Features, History, Server, Spotify
from songswap.documents import (
    ACCOUNT,
    BRAIN,
    GROUP,
    HEARTBEAT,
    PICKS,
    WISH,
    WROTE,
    Wish,
)
from songswap.jobs.kit.spotify_accounts import Means
from songswap.jobs.worker import work
from songswap.model.guessing import Pick, Picks
from songswap.simulator import World, serve
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from songswap.spotify.ledger import day_of
from songswap.spotify.oauth import OAuth
from songswap.spotify.transport import open_http
from songswap.store import Document, Log, Store
from songswap.survey import SURVEYED_KINDS
from songswap.web.app import create_app
from songswap.web.kit.rate_limiter import Pace
from tests.conftest import EPOCH_MS
from tests.evening import nobody_beside
from tests.web.site import APPS, Browser, HandClock, Site, group_of, page

pytestmark = [pytest.mark.virtual_time, pytest.mark.long]

DAY = "20261120"
PAGES = (
    *("/history", "/notices", "/api/me/feed", "/api/groups", "/people", "/api/me/unread", "/account", "/api/me/circle"),
    *("/api/groups/{0}", "/groups/{0}/posts", "/groups/{0}/whose", "/groups/{0}/party", "/api/places/chat:{0}/posts"),
)
STEP_S = 7.0
"""Virtual time in which the worker's heart beats and the listeners have followed the host."""


# Bad states. Each makes the file at a path so, given what it was.


def truncated(path: Path, good: bytes) -> None:
    path.write_bytes(good[: len(good) // 2])


def empty(path: Path, good: bytes) -> None:
    path.write_bytes(b"")


def garbage(path: Path, good: bytes) -> None:
    path.write_bytes(b"\x00\xff{[garbage\n" * 20)


def of_wrong_types(path: Path, good: bytes) -> None:
    path.write_bytes(b'{"version": 1, "data": [1, {"not": "it"}]}\n')


def newer(path: Path, good: bytes) -> None:
    path.write_bytes(b'{"version": 99, "data": {"from": "the future"}}\n')


def unreadable(path: Path, good: bytes) -> None:
    path.symlink_to("/proc/self/mem")  # a file that opens, and fails to be read


def a_folder(path: Path, good: bytes) -> None:
    path.mkdir()
    (path / "inside").write_bytes(good)


def a_pipe(path: Path, good: bytes) -> None:
    os.mkfifo(path)


def a_link_in_a_circle(path: Path, good: bytes) -> None:
    path.symlink_to(path.name)


def misplaced(path: Path, good: bytes) -> None:
    path.write_bytes(b'{"version": 1, "path": "accounts/somebody/else.json", "data": {}}\n')


def beside_strays(path: Path, good: bytes) -> None:
    path.write_bytes(good)
    for name in (f"{path.name}~", f"copy of {path.name}", f"old {path.stem}{path.suffix}", "README", ".hidden"):
        path.with_name(name).write_bytes(b"stray")
    path.with_name(f"{path.stem} folder{path.suffix}").mkdir(exist_ok=True)


STATES = [
    *(truncated, empty, garbage, of_wrong_types, newer, misplaced, unreadable),
    *(a_folder, a_pipe, a_link_in_a_circle, beside_strays),
]
Spoil = Callable[[Path, bytes], None]


def put(path: Path, make: Spoil, good: bytes) -> None:
    """Let something else lie at `path`; nothing of what lay there stays."""
    clear(path)
    make(path, good)


def clear(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


# Good values


def sample(kind: Any) -> Any:
    """Some value of a type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return arguments[0]
    if origin in {Union, types.UnionType}:
        return sample(arguments[0])
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        needed = {one.name: sample(one.type) for one in msgspec.structs.fields(kind) if one.required}
        return kind(**needed)
    return (origin or kind)()


def sample_of(document: Document[Any], names: tuple[str, ...]) -> Any:
    value = sample(document.of)
    return msgspec.structs.replace(value, id=names[-1]) if document in {ACCOUNT, GROUP} else value


# The world


class ClockOfLoop(Clock):
    """A clock in virtual time that other threads can read as well: pages are rendered in such."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()

    def now_ms(self) -> float:
        return EPOCH_MS + self._loop.time() * 1000


@dataclass
class Place:
    """Two groups that play: Ada's with Bob, Cleo's with Dario. Ada is the operator."""

    site: Site
    worker: "asyncio.Task[None]"
    people: dict[str, Browser]
    friends: str
    others: str
    spoilt: dict[str, bytes] = field(default_factory=dict)
    """What has been put into a bad state: what it was, by its path."""
    steps: int = 0

    @property
    def root(self) -> Path:
        return self.site.store.root

    def account(self, person: str) -> str:
        return self.people[person].account

    def spoil(self, name: str, make: Spoil, good: bytes) -> None:
        """Put one file into a bad state, and let the processes hear of it as the disk would tell them."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self.spoilt[name] = path.read_bytes() if path.is_file() else good
        put(path, make, self.spoilt[name])
        self.site.store.changes.notify(name)

    def mend(self) -> None:
        """Put everything back as it was."""
        for name, good in self.spoilt.items():
            put(self.root / name, lambda path, content: path.write_bytes(content) and None, good)
            self.site.store.changes.notify(name)

    async def others_go_on(self, what: str) -> None:
        """Cleo plays another song; Dario follows, their pages and chat are there, and the worker lives."""
        cleo, world = self.people["cleo"], self.site.world
        self.steps += 1
        album = next(one for one in world.catalogue.albums.values() if len(one.track_ids) >= 8)
        world.player("cleo").play_context(f"spotify:album:{album.id}", self.steps % 7)
        await asyncio.sleep(STEP_S)
        assert not self.worker.done(), f"the worker has ended: {what}"
        there, here = world.player("cleo").truth(), world.player("dario").truth()
        assert (here.is_playing, here.uri) == (True, there.uri), f"Dario does not follow Cleo: {what}"
        ada_too = what.startswith("accounts/")  # she is in a group with Bob; what is his alone is not hers
        for person, path in (
            (cleo, PAGES[self.steps % len(PAGES)].format(self.others)),
            (cleo, "/" if self.steps % 2 else f"/groups/{self.others}"),
            *(((self.people["ada"], f"/groups/{self.friends}"),) if ada_too else ()),
        ):
            response = await person.get(path)
            assert response.status_code == 200, f"{path} answers {response.status_code}: {what}"
        said = await cleo.post(f"/api/places/chat:{self.others}/posts", {"text": "hello"})
        assert said.status_code == 201, f"Cleo can't write ({said.status_code}): {what}"
        beat = self.site.store.read(HEARTBEAT)
        assert beat is not None, f"the worker's heart does not beat: {what}"
        assert self.site.clock.now_ms() - beat.beat_at_ms < 2 * STEP_S * 1000, f"the worker is silent: {what}"


@asynccontextmanager
async def two_groups(root: Path) -> AsyncIterator[Place]:
    clock = ClockOfLoop()
    world = World(clock=lambda: clock.now_ms() / 1000, seed=5)
    async with serve(world) as url, open_http() as http:
        server = Server(operators=("ada",))
        spotify = Spotify(APPS, api_url=url, accounts_url=url)
        config = Config(spotify=spotify, server=server, features=Features(), history=History(poll_minutes=20))
        for app in APPS:
            world.register_app(app.client_id, app.client_secret or None, [server.redirect_uri])
        store = Store(root, "server")
        worker = Store(root, "worker", store.changes)
        app = create_app(config, store, clock)
        gate = Gate(worker, clock, None)
        client, oauth = Client(http, url, gate, clock), OAuth(http, url, server.redirect_uri, gate, clock)
        async with app.test_app():
            site = Site(app, store, worker, cast("HandClock", clock), world, config)
            site.services.pace = site.services.unasked_pace = site.services.writing_pace = Pace(limit=100_000)
            means = Means(config, worker, site.services.vault, client, oauth, gate, clock, nobody_beside)
            working = asyncio.create_task(work(means))
            place = await play(site, working)
            yield place
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working


async def play(site: Site, working: "asyncio.Task[None]") -> Place:
    people = {one: await site.log_in(one) for one in ("ada", "bob", "cleo", "dario")}
    friends = await group_of(people["ada"], people["bob"])
    others = await group_of(people["cleo"], people["dario"])
    for group, members in ((friends, ("ada", "bob")), (others, ("cleo", "dario"))):
        for one in members:
            devices = site.world.person(one).devices
            device = next(device.id for device in devices if device.is_online and not device.is_restricted)
            wish = Wish(listening_in=group, device_id=device, join_rev=1, look_rev=1)
            site.store.write(WISH, wish, people[one].account)
        started = await people[members[0]].put(f"/api/groups/{group}/session", {"state": "running"})
        assert started.status_code == 200, await started.get_data(as_text=True)
        host = site.world.person(members[0]).devices
        uri = next(f"spotify:album:{one.id}" for one in site.world.catalogue.albums.values() if len(one.track_ids) >= 8)
        site.world.player(members[0]).play_context(uri, device_id=host[0].id)
    pick = msgspec.structs.replace(sample(Pick), id=DAY, accounts=tuple(people[one].account for one in ("ada", "bob")))
    site.store.write(PICKS, Picks((pick,)), friends)
    place = Place(site, working, people, friends, others)
    await asyncio.sleep(20)
    await place.others_go_on("nothing is wrong yet")
    return place


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with two_groups(tmp_path / "store") as place:
        yield place


def names_for(kind: Document[Any] | Log[Any], place: Place) -> tuple[str, ...]:
    """Bob's, his group's, or everybody's."""
    bob, now_ms = place.account("bob"), place.site.clock.now_ms()
    if kind.pattern.startswith("ledger/"):
        return ("worker", day_of(now_ms))
    if kind is WROTE:
        return (bob,)
    first = {"accounts": (bob,), "groups": (place.friends,)}.get(kind.pattern.partition("/")[0], ())
    more = {"plays/{}-": ("recent", "2026-11"), "plays/{}.names": ("recent",), "audit": ("202611",)}
    rest = next((names for part, names in more.items() if part in kind.pattern), (DAY,))
    return (*first, *rest)[: kind.pattern.count("{}")]


def good_of(kind: Document[Any] | Log[Any], names: tuple[str, ...]) -> bytes:
    """What would lie there if all were well, where nothing does yet."""
    return kind.encode(sample_of(kind, names)) if isinstance(kind, Document) else b""


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
async def test_everybody_else_goes_on_whatever_is_wrong(
    place: Place, state: Spoil, caplog: pytest.LogCaptureFixture
) -> None:
    documents = [kind for kind in SURVEYED_KINDS if isinstance(kind, Document)]
    for kind in SURVEYED_KINDS:
        names = names_for(kind, place)
        place.spoil(kind.path(*names), state, good_of(kind, names))
        await place.others_go_on(f"{kind.path(*names)} is {state.__name__}")
    shown = await page(await place.people["ada"].get("/operator"))
    for kind in documents if state is not beside_strays else ():
        name = kind.path(*names_for(kind, place))
        if kind is BRAIN:
            continue  # removed, as its pick is learnt again
        assert name in caplog.text, f"the log does not name {name}"
        if not kind.passing and place.site.store.broken.get(name):  # else it was written anew
            assert name in shown, f"the operator's page does not name {name}"

    place.mend()
    await place.others_go_on("all is mended")
    shown = await page(await place.people["ada"].get("/operator"))
    still = {name for name in place.spoilt if name in shown}
    assert not still, f"mended, and not taken in again: {still}"
    bob = place.people["bob"]
    assert (await bob.json(f"/api/groups/{place.friends}"))["me"]["account"] == bob.account
