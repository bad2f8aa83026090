"""What happened before the demo began: accounts of people who have used SongSwap for a while, and their history.

It comes about as in production: out of what SongSwap recorded of recently-played, which knows covers, and of the files
that Spotify sends people, by the importer, before the server and the worker start. At their log-in people are found
again by their Spotify id.
"""

import asyncio
import contextlib
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final, get_args
from zoneinfo import ZoneInfo

import aiohttp
import msgspec
from msgspec.structs import replace

from songswap.catalogue.loading import Loading
from songswap.columns.archives import look
from songswap.columns.build import build
from songswap.columns.genres import load_genres
from songswap.columns.importer import Importer, ImportStoppedError
from songswap.core.history import recently_played
from songswap.core.history.merge import month_of
from songswap.core.insights.periods import start_of
from songswap.core.people.handles import handle_for
from songswap.documents import ACCOUNT, PLAYS, POLLED, PROFILE, SHARING, TRACK_NAMES, Account
from songswap.model.durations import DAY_MS
from songswap.model.history import Play, Polled
from songswap.model.profiles import Audience, Profile, Section
from songswap.model.sharing import Sharing
from songswap.spotify import wire
from songswap.store import Store, hold
from songswap.web.kit.ids import new_id

RECORDED_DAYS: Final = 200
"""So long SongSwap has recorded what they play."""
NO_APP: Final = ""
"""They have no seat in any app: they take one when they log in."""


@dataclass(frozen=True)
class Past:
    """Somebody who was here before: by which id Spotify knows them, and whether everybody may see their listening.

    What Spotify sent them ends `days_ago`; 0: now. If nothing was recorded since, there will be a gap.
    """

    spotify_id: str
    name: str
    shares: bool
    days_ago: int = 0
    about: str = ""


PEOPLE: Final = (
    Past("ada", "Ada", shares=False, days_ago=12),
    Past("bob", "Bob", shares=True, about="Bass first, questions later."),
    Past("cleo", "Cleo", shares=True, about="I bring the cake and the slow songs."),
    Past("dario", "Dario", shares=True, about="Anything with a saxophone."),
)
"""The others of the embedded Spotify come as strangers: Finn’s file, say, is there to be imported by hand."""


async def prepare(root: Path, spotify_url: str, http: aiohttp.ClientSession, stopping: asyncio.Event) -> None:
    """Put accounts, genres, a catalogue and years of listening into the store at `root`, until `stopping` is set."""
    people = {new_id(): past for past in PEOPLE}
    for account, past in people.items():
        _introduce(root, account, past)
    with tempfile.TemporaryDirectory() as name, hold(root, "importer"):
        folder = Path(name)
        await _fetch(http, f"{spotify_url}/sim/genres.csv", folder / "genres.csv")
        await asyncio.to_thread(load_genres, root, folder / "genres.csv")
        await _fetch(http, f"{spotify_url}/sim/features.csv", folder / "features.csv")
        await asyncio.to_thread(_load_catalogue, root, folder / "features.csv")
        fetches = {
            account: asyncio.create_task(_fetch_both(http, spotify_url, past, folder / account))
            for account, past in people.items()
        }
        try:
            for account, fetch in fetches.items():
                await fetch
                await asyncio.to_thread(_record, root, account, folder / f"{account}.json")
                await asyncio.to_thread(_bring_in, root, account, folder / f"{account}.zip", stopping)
        finally:
            for fetch in fetches.values():
                fetch.cancel()
            await asyncio.gather(*fetches.values(), return_exceptions=True)


def _load_catalogue(root: Path, path: Path) -> None:
    Loading(root).run(path, called="the invented songs", now_ms=time.time() * 1000)


def _introduce(root: Path, account: str, past: Past) -> None:
    now_ms = time.time() * 1000
    server = Store(root, "server")
    since_ms = now_ms - RECORDED_DAYS * DAY_MS
    person = Account(account, past.spotify_id, past.spotify_id, past.name, NO_APP, since_ms)
    handle = handle_for(past.name, ())
    server.write(ACCOUNT, replace(person, handle=handle, spotify_name=past.name), account)
    if past.shares:
        server.write(SHARING, Sharing(everybody=True), account)
        sections: dict[Section, Audience] = dict.fromkeys(get_args(Section), "everybody")
        server.write(PROFILE, Profile(about=past.about, audience="everybody", sections=sections), account)
    if past.days_ago:
        last_ms = start_of(_last_day(past) + timedelta(days=1), ZoneInfo("UTC"))
        Store(root, "worker").write(POLLED, Polled(polled_at_ms=last_ms, newest_ms=last_ms), account)


def _record(root: Path, account: str, path: Path) -> None:
    """Keep what the worker would have recorded."""
    worker = Store(root, "worker")
    polled = worker.read(POLLED, account) or Polled()
    taken = recently_played.taken(
        msgspec.json.decode(path.read_bytes(), type=wire.WireHistory).to_model(), (), Polled(), ()
    )
    worker.extend(TRACK_NAMES, dict.fromkeys(taken.names), account, "recent")
    by_month: dict[str, list[Play]] = {}
    for play in taken.plays:
        by_month.setdefault(month_of(play.at_ms), []).append(play)
    for month, plays in by_month.items():
        worker.extend(PLAYS, plays, account, "recent", month)
    worker.write(POLLED, replace(polled, newest_ms=polled.newest_ms or taken.newest_ms), account)


def _bring_in(root: Path, account: str, path: Path, stopping: asyncio.Event) -> None:
    """Import a file, unless `stopping` is set."""

    def go_on(*_how_far: object) -> None:
        if stopping.is_set():
            raise ImportStoppedError

    with contextlib.suppress(ImportStoppedError):
        Importer(Store(root, "importer"), account).run(look([(path, "my_spotify_data.zip")]), go_on)
        build(root, account, progress=go_on)


def _last_day(past: Past) -> date:
    return datetime.now(UTC).date() - timedelta(days=past.days_ago)


async def _fetch_both(http: aiohttp.ClientSession, spotify_url: str, past: Past, path: Path) -> None:
    """What Spotify sent somebody, and what it has shown of them since SongSwap looked."""
    who, until = past.spotify_id, f"until={_last_day(past)}"
    await _fetch(http, f"{spotify_url}/player/{who}/my_spotify_data.zip?{until}", path.with_suffix(".zip"))
    recorded = f"{spotify_url}/sim/players/{who}/plays?days={RECORDED_DAYS}&{until}"
    await _fetch(http, recorded, path.with_suffix(".json"))


async def _fetch(http: aiohttp.ClientSession, url: str, path: Path) -> None:
    async with http.get(url, allow_redirects=False) as answer:
        answer.raise_for_status()
        await asyncio.to_thread(path.write_bytes, await answer.read())
