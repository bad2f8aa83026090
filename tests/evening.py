"""A whole evening in one process: the embedded Spotify, the real worker, and wishes as the server writes them."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from songswap.beside import Hear
from songswap.clock import Clock
from songswap.config import App, Config, History, Spotify
from songswap.documents import (
    ACCOUNT,
    CONSENT,
    GROUP,
    NIGHT,
    SESSION_WISH,
    WISH,
    Account,
    Consent,
    SessionWish,
    Wish,
)
from songswap.jobs.kit.spotify_accounts import Means
from songswap.jobs.kit.subprocess_jobs import Beside
from songswap.jobs.worker import work
from songswap.model.links import SecretLink
from songswap.model.people import Group, Member
from songswap.model.session import Action, Listener, Night
from songswap.simulator import Truth, World, serve
from songswap.spotify.client import Client
from songswap.spotify.gate import Gate
from songswap.spotify.oauth import SCOPES, OAuth
from songswap.spotify.transport import open_http
from songswap.store import AtOnce, Changes, Store, Syncing
from songswap.vault import Vault
from songswap.youtube import YouTubeClient

GROUP_ID = "friends"
APPS = (App("default", "client-one"), App("second", "client-two", "its secret"))
SEATS = 5


async def nobody_beside(arguments: Sequence[str], hear: Hear) -> int:
    """In virtual time no other process works: what such do is tested in real time."""
    return 0


class Evening:
    """People of the simulated Spotify in one group. Account ids are the simulated people's ids."""

    def __init__(self, world: World, root: Path, url: str, clock: Clock) -> None:
        self.world = world
        self.url = url
        self.clock = clock
        self.changes = Changes()
        self.store = Store(root, "server", self.changes, clock=clock)
        self.vault = Vault("a secret that only this test knows")
        self.config = Config(spotify=Spotify(apps=APPS, api_url=url, accounts_url=url), history=History(poll_minutes=0))
        for app in APPS:
            world.register_app(app.client_id, app.client_secret or None)
        self.beside: Beside = nobody_beside
        self.syncing: Syncing = AtOnce()
        """How the worker brings to the disk what it writes, as of its next start. Virtual time knows no threads."""
        self.youtube_key = ""
        """Music videos are off without one; it counts as of the worker's next start."""
        self._worker: asyncio.Task[None] | None = None
        self._apps: dict[str, App] = {}

    def allow(self, daily_calls: int) -> None:
        """Limit the calls to players, as of the worker's next start."""
        self.config = replace(self.config, spotify=replace(self.config.spotify, daily_calls=daily_calls))

    def record(self, poll_minutes: int = 20) -> None:
        """Ask for what people played recently, as of the worker's next start."""
        self.config = replace(self.config, history=History(poll_minutes))

    async def start_worker(self) -> None:
        """Start the worker, as a process would: from the store alone."""
        self._worker = asyncio.create_task(self._work())

    async def stop_worker(self) -> None:
        """Stop the worker as SIGTERM does."""
        if self._worker is not None:
            worker, self._worker = self._worker, None
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await worker

    async def _work(self) -> None:
        store = Store(self.store.root, "worker", self.changes, self.syncing, self.clock)
        async with open_http() as http:
            gate = Gate(store, self.clock, self.config.spotify.daily_calls)
            client = Client(http, self.url, gate, self.clock)
            oauth = OAuth(http, self.url, "http://127.0.0.1:8770/callback", gate, self.clock)
            youtube = YouTubeClient(http, self.url, self.youtube_key) if self.youtube_key else None
            means = Means(self.config, store, self.vault, client, oauth, gate, self.clock, self.beside, youtube)
            await work(means)

    def log_in(self, person: str) -> None:
        """What the server writes after a log-in."""
        app = self._apps.setdefault(person, APPS[len(self._apps) // SEATS])
        tokens = self.world.issue_tokens(person, app.client_id, SCOPES)
        now_ms = self.clock.now_ms()
        known = self.world.person(person)
        self.store.write(
            ACCOUNT, Account(person, known.account_id, known.id, known.display_name, app.name, now_ms), person
        )
        consent = Consent(
            id=secrets.token_hex(4),
            app=app.name,
            granted_at_ms=now_ms,
            scopes=SCOPES,
            access_token=self.vault.seal(tokens["access_token"]),
            expires_at_ms=now_ms + tokens["expires_in"] * 1000,
            refresh_token=self.vault.seal(tokens["refresh_token"]),
        )
        self.store.write(CONSENT, consent, person)

    def form_group(self, host: str, *listeners: str) -> None:
        """Everybody logs in and joins; each listens on their first device that obeys."""
        now_ms = self.clock.now_ms()
        members = {host: Member("host", now_ms), **{one: Member("listener", now_ms) for one in listeners}}
        for person in members:
            if person not in self._apps:
                self.log_in(person)
                self.wish(person, listening_in=GROUP_ID, look_rev=1, device_id=self.device(person))
        self.store.write(GROUP, Group(GROUP_ID, "Friends", now_ms, SecretLink("x", now_ms), members), GROUP_ID)

    def make_co_host(self, *people: str) -> None:
        """The host makes co-hosts of members."""
        group = self.store.read(GROUP, GROUP_ID)
        assert group is not None
        co_hosts = {one: Member("co-host", group.members[one].joined_at_ms) for one in people}
        self.store.write(GROUP, msgspec.structs.replace(group, members={**group.members, **co_hosts}), GROUP_ID)

    def device(self, person: str) -> str | None:
        """The person's first device that is switched on and obeys."""
        devices = self.world.person(person).devices
        return next((device.id for device in devices if device.is_online and not device.is_restricted), None)

    def switch(self, person: str, *, on: bool) -> None:
        """The person switches all their devices on or off."""
        for device in self.world.person(person).devices:
            self.world.player(person).set_device_online(device.id, on)

    def wish(self, person: str, **changes: object) -> None:
        """Change what a person wants."""
        wish = self.store.read(WISH, person) or Wish()
        self.store.write(WISH, msgspec.structs.replace(wish, **changes), person)

    def rejoin(self, person: str) -> None:
        """What the "Rejoin" button asks for."""
        wish = self.store.read(WISH, person) or Wish()
        self.wish(person, listening_in=GROUP_ID, join_rev=wish.join_rev + 1)

    def start_session(self, **wishes: Any) -> None:
        """What the "Start session" button asks for."""
        wish = SessionWish("running", secrets.token_hex(4), self.clock.now_ms(), **wishes)
        self.store.write(SESSION_WISH, wish, GROUP_ID)

    def ask_to_lead(self, person: str) -> None:
        """What the "Take the lead" button asks for."""
        wish = self.store.read(SESSION_WISH, GROUP_ID)
        assert wish is not None
        asked = msgspec.structs.replace(wish, lead=person, lead_rev=wish.lead_rev + 1)
        self.store.write(SESSION_WISH, asked, GROUP_ID)

    def stop_session(self) -> None:
        """What the "Stop session" button asks for."""
        wish = self.store.read(SESSION_WISH, GROUP_ID) or SessionWish()
        self.store.write(SESSION_WISH, msgspec.structs.replace(wish, state="stopped"), GROUP_ID)

    def click(self, action: str, by: str = "ada", **fields: object) -> None:
        """A click on the group page."""
        wish = self.store.read(SESSION_WISH, GROUP_ID)
        assert wish is not None
        rev = wish.actions[-1].rev + 1 if wish.actions else 1
        clicked = Action(rev, by, action, self.clock.now_ms(), **fields)
        self.store.write(SESSION_WISH, msgspec.structs.replace(wish, actions=(*wish.actions, clicked)[-50:]), GROUP_ID)

    def night(self) -> Night:
        """What the worker wrote last."""
        night = self.store.read(NIGHT, GROUP_ID)
        assert night is not None, "the worker has written nothing yet"
        return night

    def listener(self, person: str) -> Listener:
        """What the worker knows of a listener."""
        return self.night().listeners[person]

    def hears(self, person: str) -> Truth:
        """What is audible at a person's, in truth."""
        return self.world.player(person).truth()

    def skew_ms(self, listener: str, host: str) -> float | None:
        """True skew of a listener who hears the host's track, else None."""
        there, here = self.hears(host), self.hears(listener)
        if not (there.is_playing and here.is_playing and there.uri == here.uri):
            return None
        return here.position_ms - there.position_ms

    def commands(self, person: str) -> list[str]:
        """The player commands Spotify received for a person, oldest first."""
        return [
            call.path.rpartition("/")[2]
            for call in self.world.calls
            if call.person == person and call.method != "GET" and "/me/player" in call.path
        ]


@contextlib.asynccontextmanager
async def an_evening(root: Path, clock: Clock, **world: object) -> AsyncIterator[Evening]:
    """An evening with its worker running; `world` goes to the simulated World, which may have a clock of its own."""
    right = world.pop("world_clock", clock)
    assert isinstance(right, Clock)
    universe = World(clock=lambda: right.now_ms() / 1000, **world)
    async with serve(universe) as url:
        evening = Evening(universe, root, url, clock)
        await evening.start_worker()
        try:
            yield evening
        finally:
            await evening.stop_worker()
