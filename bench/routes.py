"""What each route costs the server: `python -m bench.routes` (`make bench-routes`) writes bench/routes.txt.

Each address is asked for several times, one after the other, by somebody who may, in a group of five with a session, a
hundred messages and thirty posts; addresses that are public, by somebody who is not logged in. What is measured is CPU
time of the process, in all its threads, and so includes what takes the request apart and what waits for no answer. The
way it comes in (the network, TLS) is not in it, the client of the tests is. Where something has to be sent it is an
empty object, which most routes refuse: that is what anybody can ask for cheapest. The first answer may be dearer, as
templates are compiled and files are compressed once.
"""

import asyncio
import os
import platform
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from quart.testing.connections import TestHTTPConnection
from werkzeug.routing import Rule

from songswap.documents import HEARTBEAT, NIGHT, Heartbeat
from songswap.model.music import Track
from songswap.model.session import Night, Timeline
from songswap.simulator import World
from songswap.web.kit.access import is_public
from songswap.web.kit.limits import STREAMS
from songswap.web.kit.rate_limiter import Pace
from tests.web.site import Browser, Site, content, group_of, open_site

TABLE = Path(__file__).resolve().with_suffix(".txt")
ROUNDS = 5
DEAR_MS = 5.0
NOBODY = frozenset({"login.callback", "account.disconnect", "account.delete_me"})
"""Ends the log-in, or the account, that all others are measured with."""


@dataclass(frozen=True)
class Cost:
    """Milliseconds of CPU for an answer of a route: the first, and half of all others take no more."""

    endpoint: str
    method: str
    address: str
    status: int
    first_ms: float
    usual_ms: float
    is_public: bool


class Bench:
    """A site, and what stands in for the names in addresses."""

    def __init__(self, site: Site, ada: Browser, names: dict[str, str]) -> None:
        self.site = site
        self.ada = ada
        self._names = names

    def address(self, rule: Rule) -> str:
        """An address of the route with something there."""
        text = rule.rule
        for name in rule.arguments:
            text = text.replace(text[text.index("<") : text.index(">") + 1], self._names.get(name, name), 1)
        return text

    async def costs(self) -> list[Cost]:
        """Of every route there is."""
        rules = [one for one in self.site.app.url_map.iter_rules() if not one.websocket and one.endpoint not in NOBODY]
        asked = [(method, rule) for rule in rules for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}]
        in_turn = sorted(asked, key=lambda one: (one[0] != "GET", one[1].rule, one[0]))  # changes last
        return [await self._cost(rule, method) for method, rule in in_turn]

    async def _cost(self, rule: Rule, method: str) -> Cost:
        is_open = is_public(rule.endpoint)
        browser, address = self.site.browser() if is_open else self.ada, self.address(rule)
        times_ms, status = [], 0
        for _ in range(1 + ROUNDS):
            self._let_everything()
            began_s = time.process_time()
            if rule.endpoint in STREAMS and method == "GET":
                status = await _first_of_stream(browser, address)
            else:
                status = await _ask(browser, method, address)
            times_ms.append((time.process_time() - began_s) * 1000)
        usual_ms = sorted(times_ms[1:])[ROUNDS // 2]
        return Cost(rule.endpoint, method, rule.rule, status, times_ms[0], usual_ms, is_open)

    def _let_everything(self) -> None:
        """Nobody is told to wait: a refusal would be cheap."""
        here = self.site.services
        here.pace = here.unasked_pace = Pace(limit=10_000)
        here.paces = dict.fromkeys(here.paces, Pace(limit=10_000))
        here.writing_pace = here.report_pace = Pace(limit=10_000)


async def _ask(browser: Browser, method: str, address: str) -> int:
    json = None if method == "GET" else {}
    response = await browser.open(method, address, **({} if json is None else {"json": json}))
    await response.get_data()
    return response.status_code


async def _first_of_stream(browser: Browser, address: str) -> int:
    cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.client.cookie_jar)
    connection = browser.client.request(address, headers={"Host": browser.host, "Cookie": cookie})
    assert isinstance(connection, TestHTTPConnection)
    async with connection:
        await connection.send_complete()
        text = b""
        while text.count(b"\n\n") < 2 and (piece := await connection.receive()):
            text += piece
        await connection.disconnect()
    return connection.status_code or 0


async def _prepared(site: Site) -> Bench:
    """A group of five in which something was said and played."""
    people = [await site.log_in(name) for name in ("ada", "bob", "cleo", "dario", "edda")]
    ada = people[0]
    group = await group_of(*people)
    for one in people:
        site.seen(one)
    site.services.writing_pace = Pace(10_000)
    for number in range(130):
        place = f"chat:{group}" if number < 100 else f"group:{group}"
        await content(await people[number % 5].post(f"/api/places/{place}/posts", {"text": f"message {number}"}), 201)
    session = (await content(await ada.put(f"/api/groups/{group}/session", {"state": "running"})))["session"]["id"]
    screen = await content(await ada.post(f"/api/groups/{group}/screen"), 201)
    track = Track("spotify:track:4uLU6hMCjMI75M1A2tKUQC", "A song", ("Somebody",), "An album", 200_000)
    now_ms = site.clock.now_ms()
    timeline = Timeline(1, track, 1_000.0, now_ms, is_playing=True)
    site.worker.write(NIGHT, Night(session, ada.account, timeline=timeline), group)
    site.worker.write(HEARTBEAT, Heartbeat(1, now_ms, now_ms))
    me = await ada.json("/api/me")
    names = {
        "group_id": group,
        "group": group,
        "session_id": session,
        "secret": screen["screen_url"].rpartition("/")[2],
        "place": f"chat:{group}",
        "handle": me.get("handle", "ada"),
        "account": ada.account,
        "filename": "style.css",
    }
    return Bench(site, ada, names)


def _lines(costs: list[Cost]) -> list[str]:
    head = "CPU in ms: first   usual  answer  for        route"
    rows = [
        f"        {one.first_ms:8.1f}{one.usual_ms:8.1f}  {one.status:6}"
        f"  {'everybody' if one.is_public else 'people   '}  {one.method:6} {one.address}"
        for one in sorted(costs, key=lambda one: (-round(one.usual_ms, 1), one.address, one.method))
    ]
    dear = [one for one in costs if one.is_public and one.usual_ms > DEAR_MS]
    words = f"Public routes that cost more than {DEAR_MS:.0f} ms"
    names = ", ".join(f"{one.method} {one.address} ({one.usual_ms:.1f} ms)" for one in dear)
    return [head, "-" * 78, *rows, "", f"{words}: {names or 'none'}."]


async def _measured() -> list[Cost]:
    with tempfile.TemporaryDirectory() as folder:
        async with open_site(Path(folder) / "store", World()) as site:
            return await (await _prepared(site)).costs()


def main() -> int:
    """Measure, print, write; returns the exit code: 1 where something public is dear."""
    costs = asyncio.run(_measured())
    lines = [
        *(__doc__ or "").splitlines()[2:],
        "",
        *_lines(costs),
        f"{len(costs)} routes, {ROUNDS} times each, Python {platform.python_version()}, {os.cpu_count()} cores,"
        f" load {os.getloadavg()[0]:.1f}.",
    ]
    print("\n".join(lines))
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return int(not lines[-2].endswith("none."))


if __name__ == "__main__":
    sys.exit(main())
