"""What can be chosen for a list, as the page and the API show it."""

from songswap.catalogue.catalogue import NoCatalogueError
from songswap.catalogue.schema import CatalogueManifest
from songswap.core.discovery.audio_attributes import ATTRIBUTES, Attribute
from songswap.core.discovery.recommend import MOST_NUMBER, MOST_SEEDS, MOST_SONGS
from songswap.documents import Account
from songswap.model.struct import Struct
from songswap.store import StoreError
from songswap.web.discovery.sources import SOURCES, SourceName
from songswap.web.insights.insights_access import reader_of
from songswap.web.insights.scope_list import ScopeState, scopes
from songswap.web.kit.services import Services


class SongSource(Struct, frozen=True):
    """A source: what it is called, what it does, and why it can't serve (`missing`, empty where it can)."""

    name: SourceName
    label: str
    words: str
    missing: str


class AttributeState(Attribute, frozen=True, kw_only=True):
    """An attribute, and whether the catalogue has it."""

    is_in_catalogue: bool


class CatalogueState(Struct, frozen=True):
    """The catalogue: how many songs, from which file, loaded when."""

    songs: int
    file: str
    loaded_at_ms: float


class Choices(Struct, frozen=True):
    """All that can be chosen. `scopes` are whose histories."""

    sources: tuple[SongSource, ...]
    attributes: tuple[AttributeState, ...]
    scopes: tuple[ScopeState, ...]
    catalogue: CatalogueState | None
    most_seeds: int = MOST_SEEDS
    most_songs: int = MOST_SONGS
    most_number: int = MOST_NUMBER


async def choices_of(services: Services, person: Account) -> Choices:
    """What can be chosen now."""
    there = await _manifest(services)
    known = there.attributes if there else ()
    return Choices(
        sources=tuple(
            SongSource(name, source.label, source.words, source.missing(services)) for name, source in SOURCES.items()
        ),
        attributes=tuple(
            AttributeState(
                one.name,
                one.label,
                one.low,
                one.high,
                one.least,
                one.most,
                one.step,
                one.unit,
                is_in_catalogue=name in known,
            )
            for name, one in ATTRIBUTES.items()
        ),
        scopes=scopes(services, reader_of(services, person)),
        catalogue=CatalogueState(there.songs, there.file, there.loaded_at_ms) if there else None,
    )


async def _manifest(services: Services) -> CatalogueManifest | None:
    try:
        return await services.catalogue.ask(lambda _, shelf: shelf.manifest)
    except (NoCatalogueError, StoreError):
        return None
