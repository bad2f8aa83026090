"""Three people who have listened to something, and what they ask."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from songswap.core.history.name_folding import album_hash, artist_hash, recording_hash
from songswap.model.history import Gap
from tests.columns.shelves import Row, Shelved, Stored, named, shelve
from tests.web.site import Browser, Site, content, group_of

NOW = "2026-11-20T19:00"
AIKO, BENT = named("Aiko", "One", "First", track_id="a" * 22), named("Bent", "Two")


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def play(text: str, artist: str = "Aiko", title: str = "One", album: str = "First", **more: Any) -> Row:
    known: dict[str, Any] = {
        "ended_at_ms": ms(text),
        "started_at_ms": ms(text) - 200_000,
        "played_ms": 200_000,
        "duration_ms": 200_000,
        "track": recording_hash(artist, title),
        "artist": artist_hash(artist),
        "album": album_hash(artist, album),
        "finished": True,
        "skipped": False,
    }
    return Row(**{**known, **more})


@dataclass
class Friends:
    """Ada and Bob in a group, Cleo in none; each has heard something in 2026, nobody shares anything yet."""

    site: Site
    ada: Browser
    bob: Browser
    cleo: Browser
    group: str

    async def ask(self, browser: Browser, figure: str, **query: str) -> Any:
        path, _, more = figure.partition("?")
        given = {**dict(pair.split("=") for pair in more.split("&") if pair), **query}
        return await content(await browser.get(f"/api/insights/{path}", query_string=given or None))

    async def plays(self, browser: Browser, **query: str) -> int:
        plays: int = (await self.ask(browser, "totals", **query))["totals"]["plays"]
        return plays

    async def share(self, browser: Browser, **wish: object) -> Any:
        return await content(await browser.put("/api/me/sharing", wish))


async def make_friends(site: Site) -> Friends:
    site.clock.advance(seconds=(ms(NOW) - site.clock.now_ms()) / 1000)
    ada, bob, cleo = [await site.log_in(person) for person in ("ada", "bob", "cleo")]
    group = await group_of(ada, bob)
    adas = (
        play("2026-01-01T00:30"),
        play("2026-01-01T00:34"),
        play("2026-03-02T12:00", "Bent", "Two", "", skipped=True, played_ms=20_000, finished=False),
        play("2026-03-02T12:05", private=True),
    )
    bobs = (play("2026-02-01T10:00"), play("2026-02-01T10:05", "Bent", "Two", ""))
    missed = Gap(ms("2026-02-02T00:00"), ms("2026-02-03T00:00"), "missed")
    people = {
        ada.account: Shelved(adas, (AIKO, BENT)),
        bob.account: Shelved(bobs, (AIKO, BENT), (missed,)),
        cleo.account: Shelved((play("2026-01-05T10:00"),), (AIKO,)),
    }
    shelve(site.store.root, Stored(people, {"Aiko": ("pop",)}))
    return Friends(site, ada, bob, cleo, group)
