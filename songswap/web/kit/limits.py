"""What a request may cost: every route belongs to a class, every class has a bound for each person or address.

People logged in are counted each by themselves, all others by their address. A route that isn't named here belongs to
the class of its method, so that none is without.
"""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final, Literal

from songswap.web.kit.rate_limiter import Pace

Cost = Literal[
    "file", "page", "search", "figures", "neighbours", "export", "change", "unasked", "begin", "login", "refused"
]

FILES: Final = frozenset(
    {"static", "docs.asset", "plotly.script", "pages.robots", "pictures.person_picture", "pictures.group_picture"}
)
LOGINS: Final = frozenset({"login.callback", "login.paste", "login.confirm"})
"""How log-ins come back. Codes that Spotify does not know are counted apart (`pace.Exchanges`)."""
NEIGHBOURS: Final = frozenset(
    {
        "create.find_seeds",
        "create.preview",
        "list_sources.preview_list",
        "songs.find_songs",
        "songs.get_radar",
        "songs.get_similar",
        "songs.get_song",
        "songs.show_song",
        "songs.show_songs",
    }
)
EXPORTS: Final = frozenset({"export.export", "takeout.export_history", "operator_catalogue.dump_catalogue"})
SEARCHES: Final = frozenset({"search.search", "finding.search_page", "people_pages.people_page"})
FIGURES: Final = ("insights", "shared", "scopes", "match_page")
"""Blueprints whose every GET asks the columns; so do those that end in `_insights`."""
STREAMS: Final = frozenset(
    {
        "events.events",
        "history.events",
        "interval.group_events",
        "interval.my_events",
        "live.live",
        "live_link.live_socket",
        "playlists.events",
        "screen.events",
        "tabs.tab_socket",
        "videos.events",
    }
)
"""Stay open for as long as a page does: bounded is how many of them are."""

COSTS: Final[Mapping[str, Cost]] = {
    **dict.fromkeys(FILES, "file"),
    **dict.fromkeys(NEIGHBOURS, "neighbours"),
    **dict.fromkeys(EXPORTS, "export"),
    **dict.fromkeys(SEARCHES, "search"),
    **dict.fromkeys(LOGINS, "login"),
    "login.login": "begin",
}

MOST_AT_ONCE: Final = 256
"""Requests of one address under way, event streams among them: as many as there may be connections of one."""
MOST_STREAMS: Final = 40
"""Of one person, or of one address of people not logged in: a dozen pages with three each."""
AT_ONCE: Final = 3
"""Questions to the columns, neighbours and exports of one person under way at once; further ones wait in line."""
IN_LINE: Final[frozenset[Cost]] = frozenset({"figures", "neighbours", "export"})
BY_ADDRESS: Final[frozenset[Cost]] = frozenset({"begin", "login", "refused"})
"""Counted by address whoever is logged in."""


def usual() -> dict[Cost, Pace]:
    """How often each class of request is answered in ten seconds, for each person or address."""
    return {
        "file": Pace(2_000),
        "page": Pace(1_000),
        "search": Pace(100),
        "figures": Pace(300),
        "neighbours": Pace(100),
        "export": Pace(20),
        "begin": Pace(2_000),  # nothing is kept of it, and nobody asked
        "login": Pace(60),
        "refused": Pace(1_000),
    }


def cost_of(endpoint: str | None, *, changes: bool) -> Cost:
    """The class of a route, or of an address that has none."""
    if endpoint is None:
        return "refused"
    blueprint = endpoint.partition(".")[0]
    if not changes and (blueprint in FIGURES or blueprint.endswith("_insights")):
        return "figures"
    return COSTS.get(endpoint, "change" if changes else "page")


@dataclass
class _Line:
    places: asyncio.Semaphore
    users: int = 0


class Lines:
    """Has each person wait for their own questions, and nobody for those of others."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._lines: dict[str, _Line] = {}

    async def take(self, key: str, until: ExitStack) -> None:
        """Return when it is the turn of one more question of `key`, which lasts `until` that is closed."""
        line = self._lines.setdefault(key, _Line(asyncio.Semaphore(self._at_once)))
        line.users += 1
        until.callback(self._leave, key, line)
        await line.places.acquire()
        until.callback(line.places.release)

    def _leave(self, key: str, line: _Line) -> None:
        line.users -= 1
        if not line.users:
            del self._lines[key]
