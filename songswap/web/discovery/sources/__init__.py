"""Where the songs of a list can come from: the catalogue, people's histories, ReccoBeats, Spotify. One interface."""

from collections.abc import Mapping
from typing import Final

from songswap.web.discovery.sources.catalogue import CatalogueSource
from songswap.web.discovery.sources.histories import HistoriesSource
from songswap.web.discovery.sources.interface import ListRequest, Offer, SongFinder, SourceName
from songswap.web.discovery.sources.reccobeats import ReccoBeatsSource
from songswap.web.discovery.sources.spotify import SpotifySource

__all__ = ["SOURCES", "ListRequest", "Offer", "SongFinder", "SourceName"]

SOURCES: Final[Mapping[SourceName, SongFinder]] = {
    "catalogue": CatalogueSource(),
    "histories": HistoriesSource(),
    "reccobeats": ReccoBeatsSource(),
    "spotify": SpotifySource(),
}
"""In the order people see them."""
