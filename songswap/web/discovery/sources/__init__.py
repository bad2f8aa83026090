"""Where the songs of a list can come from: the catalogue, people's histories, ReccoBeats, Spotify. One interface."""

from collections.abc import Mapping
from typing import Final

from songswap.web.discovery.sources.catalogue import CatalogueSource
from songswap.web.discovery.sources.histories import HistoriesSource
from songswap.web.discovery.sources.interface import Offer, Source, SourceName, Wish
from songswap.web.discovery.sources.reccobeats import ReccoBeatsSource
from songswap.web.discovery.sources.spotify import SpotifySource

__all__ = ["SOURCES", "Offer", "Source", "SourceName", "Wish"]

SOURCES: Final[Mapping[SourceName, Source]] = {
    "catalogue": CatalogueSource(),
    "histories": HistoriesSource(),
    "reccobeats": ReccoBeatsSource(),
    "spotify": SpotifySource(),
}
"""In the order people see them."""
