"""The whole application over a real store, the embedded Spotify to log in at, and people with browsers."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from quart import Quart
from quart.typing import TestClientProtocol
from quart.wrappers import Response

from songswap.clock import Clock
from songswap.config import App, Config, Features, ReccoBeats, Server, Spotify, YouTube
from songswap.documents import ACCOUNT_SEEN, GROUP, AccountSeen
from songswap.entry import listen as listen_on
from songswap.model.music import Device
from songswap.simulator import World, serve
from songswap.store import Store
from songswap.web.app import create_app
from songswap.web.kit.connections import Serving
from songswap.web.kit.rate_limiter import Pace
from songswap.web.kit.secret_links import invite_of
from songswap.web.kit.services import Services
from songswap.web.people.accounts import consent_of, everybody
from tests.web.compiled import RememberingRule, Templates

HOST = "127.0.0.1:8770"
ORIGIN = f"http://{HOST}"
CALLBACK = f"{ORIGIN}/callback"
APPS = (App("default", "client-one"), App("second", "client-two", "its secret"))

Quart.url_rule_class = RememberingRule
TEMPLATES = Templates()

UNITS_MS = {"seconds": 1e3, "minutes": 6e4, "hours": 3.6e6, "days": 8.64e7}


class HandClock(Clock):
    """A clock that only moves when a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self._now_ms = super().now_ms()

    def now_ms(self) -> float:
        return self._now_ms

    def advance(self, **units: float) -> None:
        self._now_ms += sum(UNITS_MS[unit] * count for unit, count in units.items())


@dataclass
class Browser:
    """One browser: its cookies, and the address it knows SongSwap by."""

    client: TestClientProtocol
    host: str = HOST
    account: str = ""

    async def open(self, method: str, path: str, **options: Any) -> Response:
        headers = {"Host": self.host, **options.pop("headers", {})}
        response = await self.client.open(path, method=method, headers=headers, **options)
        assert isinstance(response, Response)
        return response

    async def get(self, path: str, **options: Any) -> Response:
        return await self.open("GET", path, **options)

    async def post(self, path: str, body: object = None, **options: Any) -> Response:
        return await self.open("POST", path, **_with(body, options))

    async def put(self, path: str, body: object = None, **options: Any) -> Response:
        return await self.open("PUT", path, **_with(body, options))

    async def patch(self, path: str, body: object = None, **options: Any) -> Response:
        return await self.open("PATCH", path, **_with(body, options))

    async def delete(self, path: str, **options: Any) -> Response:
        return await self.open("DELETE", path, **options)

    async def json(self, path: str) -> Any:
        """What a GET answers, which must be 200."""
        return await content(await self.get(path))

    async def text(self, path: str) -> str:
        return await (await self.get(path)).get_data(as_text=True)

    async def begin_login(self, query: str = "") -> str:
        """Press "Log in"; returns Spotify's address."""
        response = await self.get(f"/login{query}")
        assert response.status_code == 302, await response.get_data(as_text=True)
        return str(response.headers["Location"])

    async def come_back(self, address: str) -> Response:
        """Follow Spotify's redirect to our callback."""
        parts = urlsplit(address)
        return await self.get(f"{parts.path}?{parts.query}")


def _with(body: object, options: dict[str, Any]) -> dict[str, Any]:
    return options if body is None else {"json": body, **options}


async def content(response: Response, status: int = 200) -> Any:
    """The JSON of a response with the status expected."""
    text = await response.get_data(as_text=True)
    assert response.status_code == status, f"{response.status_code}: {text}"
    return msgspec.json.decode(text)


async def refusal(response: Response, status: int) -> str:
    """The code in the error of a response with the status expected."""
    error = (await content(response, status))["error"]
    assert error["message"]
    code: str = error["code"]
    return code


async def page(response: Response, status: int = 200) -> str:
    """The visible text of a page with the status expected."""
    text = await response.get_data(as_text=True)
    assert response.status_code == status, f"{response.status_code}: {text}"
    assert response.mimetype == "text/html"
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


async def decide(url: str, person: str, decision: str = "agree") -> str:
    """Decide on Spotify's consent page at `url` as `person`; returns where Spotify sends the browser."""
    form = {"person": person, "decision": decision}
    async with aiohttp.ClientSession() as http, http.post(url, data=form, allow_redirects=False) as answer:
        assert answer.status == 302, await answer.text()
        return answer.headers["Location"]


@dataclass
class Site:
    """SongSwap and the embedded Spotify, both running."""

    app: Quart
    store: Store
    worker: Store
    clock: HandClock
    world: World
    config: Config
    phone: Device = field(default_factory=lambda: Device("phone", "My phone", "Smartphone", is_active=True))

    @property
    def services(self) -> Services:
        current_services = self.app.extensions["songswap"]
        assert isinstance(current_services, Services)
        return current_services

    def browser(self, host: str = "") -> Browser:
        """A browser nobody is logged in with; it knows SongSwap by its own address, or by `host`."""
        return Browser(self.app.test_client(), host or urlsplit(self.config.server.url).netloc)

    async def log_in(self, person: str, query: str = "", browser: Browser | None = None) -> Browser:
        """`person` logs in with a new browser, or with `browser`."""
        browser = browser or self.browser()
        response = await browser.come_back(await decide(await browser.begin_login(query), person))
        assert response.status_code == 302, await response.get_data(as_text=True)
        browser.account = self.account_of(person)
        return browser

    def account_of(self, person: str) -> str:
        """The account id of a simulated person."""
        return next(account.id for account in everybody(self.store) if account.user_id == person)

    def invitation(self, group_id: str) -> str:
        """The path of the group's invite link."""
        group = self.store.read(GROUP, group_id)
        assert group
        url = invite_of(self.services, group).url
        assert url
        return urlsplit(url).path

    def seen(self, browser: Browser, **what: Any) -> None:
        """Have the worker see something of a person: by default, a phone."""
        consent = consent_of(self.store, browser.account)
        assert consent
        found = {"devices": (self.phone,), "devices_at_ms": self.clock.now_ms(), **what}
        self.worker.write(ACCOUNT_SEEN, AccountSeen(consent.id, **found), browser.account)


async def group_of(host: Browser, *others: Browser, name: str = "Friday night") -> str:
    """`host` makes a group, and the others join it; returns its id."""
    made = await content(await host.post("/api/groups", {"name": name}), 201)
    for other in others:
        await content(await other.post(f"/api/groups/{made['id']}/members", {"invite": made["invite_url"]}), 201)
    group_id: str = made["id"]
    return group_id


@asynccontextmanager
async def listen(app: Quart, port: int) -> AsyncIterator[None]:
    """Serve `app` to the world outside."""
    stop = asyncio.Event()
    with listen_on("127.0.0.1", port) as listener:
        async with asyncio.TaskGroup() as tasks:
            app.extensions["serving"] = server = Serving(app)
            tasks.create_task(server.run(listener, stop, grace_s=1.0))
            yield
            stop.set()


@asynccontextmanager
async def open_site(root: Path, world: World, **server: Any) -> AsyncIterator[Site]:
    """SongSwap on an empty store at `root`, configured to log in at an embedded Spotify of `world`.

    With `is_live` it listens on `port` as well.
    """
    features = Features(paste_back=server.pop("paste_back", True), embed=server.pop("embed", False))
    is_live = server.pop("is_live", False)
    syncing = server.pop("syncing", None)
    apps = server.pop("apps", APPS)
    daily_calls = server.pop("daily_calls", None)
    youtube = server.pop("youtube", YouTube())
    async with serve(world) as url:
        config = Config(
            spotify=Spotify(apps, api_url=url, accounts_url=url, daily_calls=daily_calls),
            server=Server(**server),
            features=features,
            reccobeats=ReccoBeats(api_url=f"{url}/reccobeats"),
            youtube=youtube,
        )
        for app in apps:
            if app.client_id not in world.apps:
                world.register_app(app.client_id, app.client_secret or None, [config.server.redirect_uri])
        store, clock = Store(root, "server", syncing=syncing), HandClock()
        app = create_app(config, store, clock)
        app.jinja_env.bytecode_cache = TEMPLATES
        async with listen(app, config.server.port) if is_live else app.test_app():
            site = Site(app, store, Store(root, "worker", store.changes), clock, world, config)
            site.services.pace = Pace(limit=10_000)
            site.services.spotify_pace = Pace(limit=10_000)
            site.services.paces.update({cost: Pace(limit=1_000_000) for cost in site.services.paces})
            yield site
