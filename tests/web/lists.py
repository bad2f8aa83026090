"""A site with a catalogue of the invented songs, and the lists people ask it for."""

import csv
from typing import Any

from songswap.catalogue.loading import Loading
from songswap.simulator.catalogue import Artist, Track
from songswap.simulator.features import features_table
from tests.web.site import Browser, Site, content


def load_catalogue(site: Site) -> None:
    """What an operator does with the file that the embedded Spotify gives."""
    path = site.store.root.parent / "features.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(features_table(site.world.catalogue))
    Loading(site.store.root).run(path, now_ms=site.clock.now_ms())


def a_track(site: Site, number: int = 0) -> Track:
    return list(site.world.catalogue.tracks.values())[number]


def artist_of(site: Site, track: Track) -> Artist:
    return site.world.catalogue.artists[track.artist_ids[0]]


def seed(site: Site, track: Track) -> dict[str, str]:
    return {"kind": "track", "uri": track.uri, "name": track.name, "artist": artist_of(site, track).name}


async def preview(browser: Browser, *seeds: dict[str, str], **wish: Any) -> Any:
    return await content(await browser.post("/api/create/preview", {"seeds": list(seeds), **wish}))


def uris(found: Any) -> list[str]:
    return [item["uri"] for item in found["items"]]
