"""What is asked of a source of songs, and what it offers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from songswap.core.discovery.audio_attributes import AttributeName
from songswap.core.discovery.recommend import YOUR_SEED, Candidate, Seed
from songswap.core.history.name_folding import artist_hash, recording_hash
from songswap.documents import Account
from songswap.web.kit.errors import ProblemError
from songswap.web.kit.services import Services

SourceName = Literal["catalogue", "histories", "reccobeats", "spotify"]


@dataclass(frozen=True)
class ListRequest:
    """A list somebody wants: `length` songs like the seeds, as near to the targets as can be.

    `with_seeds`: these may be in it. `scope`: out of whose histories (me, everybody, group:ID, account:ID).
    """

    seeds: tuple[Seed, ...]
    targets: dict[AttributeName, float]
    length: int
    with_seeds: bool = False
    scope: str = "everybody"


@dataclass(frozen=True)
class Offer:
    """Songs to choose from. `own` are the seeds themselves where they are songs, `without` what shall not be taken.

    `spreads` are those of attributes in the catalogue; `notes` say what the person should know.
    """

    candidates: Sequence[Candidate]
    own: tuple[Candidate, ...] = ()
    without: frozenset[int] = frozenset()
    spreads: dict[AttributeName, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class SongFinder(Protocol):
    """One way to find songs."""

    name: SourceName
    label: str
    words: str
    """What it does, for people."""

    def missing(self, services: Services) -> str:
        """Why it can't serve, in words; empty where it can."""

    async def offer(self, services: Services, person: Account, wish: ListRequest) -> Offer:
        """Songs for the wish. Raises ProblemError where there is nothing to offer, with the reason."""


def nothing(message: str, code: str = "unknown_seeds") -> ProblemError:
    """The source has nothing for these seeds."""
    return ProblemError(404, code, message)


def own(seed: Seed) -> Candidate:
    """A seed that is a song, as a song of the list."""
    song, artist = recording_hash(seed.artist, seed.name), artist_hash(seed.artist)
    return Candidate(seed.uri, seed.name, (seed.artist,), song, artist, 0.0, (YOUR_SEED,))


def offered(candidates: list[Candidate], wish: ListRequest, notes: tuple[str, ...]) -> Offer:
    """What a service offers that was asked for songs like these: without the seeds, or with them where wanted."""
    tracks = [one for one in wish.seeds if one.kind == "track" and one.name and one.artist]
    without = {recording_hash(one.artist, one.name) for one in tracks}
    if wish.with_seeds:
        return Offer(candidates, tuple(own(one) for one in tracks if one.uri), frozenset(without), notes=notes)
    artists = {artist_hash(one.name) for one in wish.seeds if one.kind == "artist"}
    uris = {one.uri for one in wish.seeds}
    without |= {one.song for one in candidates if one.artist in artists or one.uri in uris}
    return Offer(candidates, (), frozenset(without), notes=notes)


def listed(names: Sequence[str]) -> str:
    """“Ada, Bob and Cleo”."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""
