"""Songs out of the catalogue of audio features that the operator loaded."""

from typing import TYPE_CHECKING

from songswap.catalogue import recommending
from songswap.catalogue.catalogue import NoCatalogueError
from songswap.catalogue.shelf import Shelf
from songswap.core.discovery.recommend import Candidate
from songswap.documents import Account
from songswap.web.discovery.sources.interface import ListRequest, Offer, SourceName, listed, nothing
from songswap.web.kit.services import Services

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class CatalogueSource:
    """The catalogue on this machine: no call to anybody."""

    name: SourceName = "catalogue"
    label = "The catalogue here"
    words = "Songs that sound alike, by audio features that lie on this server. Nobody else is asked."

    def missing(self, services: Services) -> str:
        """Why it can't serve, in words; empty where it can."""
        return "" if services.catalogue.is_there() else str(NoCatalogueError())

    async def offer(self, services: Services, person: Account, wish: ListRequest) -> Offer:  # noqa: ARG002  # as all sources do
        """What is nearest to any of the seeds. Raises ProblemError."""

        def ask(_: "DuckDBPyConnection", shelf: Shelf) -> Offer:
            return _offer(shelf, wish)

        return await services.catalogue.ask(ask)


def _offer(shelf: Shelf, wish: ListRequest) -> Offer:
    known = recommending.known_seeds(shelf, wish.seeds)
    missing = [seed.label for number, seed in enumerate(wish.seeds) if number not in {one.number for one in known}]
    if not known:
        raise nothing(f"The catalogue has no audio features of {listed(missing)}. Try another seed, or another source.")
    notes = [f"The catalogue has no audio features of {listed(missing)}: the list is made without."] if missing else []
    unknown = [name for name in wish.targets if name not in shelf.attributes]
    if unknown:
        notes.append(f"The catalogue tells nothing of {listed(unknown)}: that does not count.")
    songs = recommending.songs_of(shelf, known)
    tracks = recommending.songs_of(shelf, [one for one in known if one.seed.kind == "track"])
    without = tracks if wish.with_seeds else songs
    found = recommending.candidates(shelf, known, wish.targets, wish.length, without)
    own: list[Candidate] = recommending.own(shelf, known) if wish.with_seeds else []
    spreads = dict(zip(shelf.attributes, shelf.manifest.spreads, strict=True))
    return Offer(found, tuple(own), frozenset(without), spreads, tuple(notes))
