"""The simulated people, their devices and their taste."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from .catalogue import Catalogue, base62_id

SLEEPS_AFTER_S: dict[str, float | None] = {"Smartphone": 300.0, "Computer": 1_200.0, "Speaker": None, "TV": None}
"""How long after falling silent a device drops from the list; what hangs on the mains stays."""


@dataclass
class Device:
    """One device of a person, as they left it."""

    id: str
    name: str
    type: str
    latency_factor: float = 1.0
    latency_ms: float | None = None
    """This device's own mean latency in place of the profile's."""
    is_online: bool = True
    is_restricted: bool = False
    supports_volume: bool = True
    first_volume_percent: int = 60
    idle_since_ms: float | None = None
    stops_after_track: bool = False
    """Falls silent at each track's end, whatever it was given to play next."""
    is_tab: bool = False
    """A page with the Web Playback SDK in it: gone for good once it is gone."""

    @property
    def sleeps_after_s(self) -> float | None:
        """After how long a silence it drops from the list; None is never."""
        return None if self.is_tab else SLEEPS_AFTER_S[self.type]


@dataclass
class Person:
    """One account holder."""

    id: str
    display_name: str
    account_id: str
    premium: bool
    devices: list[Device]
    private_session: bool = False
    top_track_ids: list[str] = field(default_factory=list)
    top_artist_ids: list[str] = field(default_factory=list)
    library: set[str] = field(default_factory=set)
    """The uris saved or followed."""

    def device(self, device_id: str) -> Device:
        """The device with this id; KeyError that names both otherwise."""
        for device in self.devices:
            if device.id == device_id:
                return device
        raise KeyError(f"{self.id} has no device {device_id}")

    @property
    def uri(self) -> str:
        """The account's uri."""
        return f"spotify:user:{self.id}"


@dataclass(frozen=True)
class _Sketch:
    """What a device is before it gets an id."""

    name: str
    type: str
    latency_factor: float
    is_online: bool = True
    is_restricted: bool = False
    supports_volume: bool = True


_HOUSEHOLD: dict[str, tuple[_Sketch, ...]] = {
    "Ada": (
        _Sketch("Ada’s laptop", "Computer", 0.7),
        _Sketch("Ada’s phone", "Smartphone", 0.9, supports_volume=False),
        _Sketch("Kitchen", "Speaker", 1.8),
        _Sketch("Living room TV", "TV", 2.2),
    ),
    "Bob": (_Sketch("Bob’s desktop", "Computer", 0.6), _Sketch("Bob’s phone", "Smartphone", 1.1)),
    "Cleo": (_Sketch("Cleo’s phone", "Smartphone", 1.0), _Sketch("Balcony", "Speaker", 2.4)),
    "Dario": (_Sketch("Workshop", "Computer", 0.8), _Sketch("Dario’s TV", "TV", 2.0, supports_volume=False)),
    "Edda": (_Sketch("Edda’s phone", "Smartphone", 1.3),),
    "Finn": (_Sketch("Finn’s phone", "Smartphone", 1.0), _Sketch("Finn’s laptop", "Computer", 0.9)),
    "Gus": (_Sketch("Portable speaker", "Speaker", 2.0, is_restricted=True),),
    "Hana": (
        _Sketch("Hana’s tablet", "Computer", 1.0, is_online=False),
        _Sketch("Hana’s phone", "Smartphone", 1.2, is_online=False),
    ),
}
_WITHOUT_PREMIUM = {"Finn"}


def invent_people(rng: random.Random, catalogue: Catalogue) -> dict[str, Person]:
    """Eight people: Finn has no Premium, Gus only a restricted speaker, Hana nothing switched on."""
    people = (_invent_person(rng, catalogue, name, sketches) for name, sketches in _HOUSEHOLD.items())
    return {person.id: person for person in people}


def _invent_person(rng: random.Random, catalogue: Catalogue, name: str, sketches: tuple[_Sketch, ...]) -> Person:
    artists = list(catalogue.artists.values())
    favourites = rng.sample(artists, 18)
    tracks = [track for rank, artist in enumerate(favourites) for track in catalogue.tracks_of(artist)[: 9 - rank // 3]]
    rng.shuffle(tracks)
    return Person(
        id=name.lower(),
        display_name=name,
        account_id=base62_id(rng, 12),
        premium=name not in _WITHOUT_PREMIUM,
        devices=[_invent_device(rng, sketch) for sketch in sketches],
        top_track_ids=[track.id for track in tracks],
        top_artist_ids=[artist.id for artist in favourites],
        library={track.uri for track in tracks[:30]} | {artist.uri for artist in favourites[:5]},
    )


def _invent_device(rng: random.Random, sketch: _Sketch) -> Device:
    return Device(
        id=f"{rng.getrandbits(160):040x}",
        name=sketch.name,
        type=sketch.type,
        latency_factor=sketch.latency_factor,
        is_online=sketch.is_online,
        is_restricted=sketch.is_restricted,
        supports_volume=sketch.supports_volume,
        first_volume_percent=rng.randrange(35, 85),
    )
