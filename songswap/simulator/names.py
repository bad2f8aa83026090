"""Invented but plausible names for artists, albums, songs and genres."""

from __future__ import annotations

import random


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


_ADJECTIVES = _words("""
    Paper, Velvet, Northern, Hollow, Electric, Quiet, Golden, Distant, Crooked, Silver, Borrowed, Copper,
    Midnight, Amber, Restless, Glass, Wooden, Salt, Lucky, Painted, Early, Second, Slow, Neon, Little, Faded,
    Open, Blue, Marble, Winter
""")
_NOUNS = _words("""
    Harbour, Lanterns, Orchard, Parade, Satellites, Foxes, Cathedral, Machines, Gardens, Tigers, Choir, Railway,
    Mirrors, Rivers, Telephones, Kites, Weather, Islands, Motel, Swimmers, Engines, Bakery, Circus, Antlers,
    Postcards, Meridian, Arcade, Comets
""")
_FIRST_NAMES = _words("""
    Mira, Jonas, Odette, Rafael, Ines, Callum, Yara, Tobias, Noor, Elio, Saskia, Mateo, Linnea, Amara, Felix,
    Juno, Idris, Paloma
""")
_LAST_NAMES = _words("""
    Vale, Ostrander, Kimura, Lindqvist, Moreau, Achterberg, Solano, Whitlock, Ferreira, Novak, Hale, Brandt,
    Osei, Castellane
""")
_VERBS = _words("""
    Waiting, Running, Dancing, Falling, Driving, Singing, Sleeping, Leaving, Burning, Dreaming, Coming, Holding
""")
_PLACES = _words("""
    the River, the Kitchen, Sixth Street, the Lighthouse, Your Window, the Parking Lot, the Last Train,
    the Old House, Saturday, the Rooftop, the Ferry, Nowhere, the Radio, the Pool
""")
_THINGS = _words("""
    Streetlights, Honey, Matches, Static, Summer, Postcards, Gravity, Sugar, Thunder, Shadows, Daylight,
    Ribbons, Wildfire, Records, Oranges, Rain, Echoes, Ghosts, Letters, Sparks
""")
_SHORT = _words("""
    Undertow, Afterglow, Kerosene, Marigold, Overpass, Halcyon, Lullaby, Cinnamon, Parallax, Holiday, Monday,
    Moonrise, Atlas, Tangerine, Vertigo, Evergreen, Satellite, Carousel, Horizon, Paperweight
""")
_GENRES = _words("""
    indie pop, dream pop, synthwave, folk, soul, neo soul, house, drum and bass, post-punk, garage rock, jazz,
    bossa nova, hip hop, ambient, disco, shoegaze, alt-country, afrobeat, techno, chamber pop
""")


def artist_names(rng: random.Random, count: int) -> list[str]:
    """Distinct names of bands and solo artists."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[rng.choice((_band, _band, _duo, _soloist))(rng)] = None
    return list(found)


def genres(rng: random.Random) -> tuple[str, ...]:
    """One to three genres."""
    return tuple(rng.sample(_GENRES, rng.choice((1, 1, 2, 3))))


def album_title(rng: random.Random) -> str:
    """A title for an album."""
    adjective, thing, noun = rng.choice(_ADJECTIVES), rng.choice(_THINGS), rng.choice(_NOUNS)
    return rng.choice((f"{adjective} {thing}", f"{noun} at Night", f"{thing} & {rng.choice(_THINGS)}", noun))


def song_titles(rng: random.Random, count: int) -> list[str]:
    """Distinct song titles."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[_song_title(rng)] = None
    return list(found)


def _song_title(rng: random.Random) -> str:
    adjective, thing, place = rng.choice(_ADJECTIVES), rng.choice(_THINGS), rng.choice(_PLACES)
    shapes = (
        f"{rng.choice(_VERBS)} by {place}",
        f"{adjective} {thing}",
        rng.choice(_SHORT),
        f"{thing} in {place}" if place.startswith("the") else f"{thing} on {place}",
        f"Call Me {rng.choice(_SHORT)}",
        f"No More {thing}",
        f"{rng.choice(_FIRST_NAMES)}’s Song",
    )
    return rng.choice(shapes)


def _band(rng: random.Random) -> str:
    prefix = rng.choice(("The ", "", ""))
    return f"{prefix}{rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)}"


def _duo(rng: random.Random) -> str:
    return f"{rng.choice(_NOUNS)} & {rng.choice(_THINGS)}"


def _soloist(rng: random.Random) -> str:
    return f"{rng.choice(_FIRST_NAMES)} {rng.choice(_LAST_NAMES)}"
