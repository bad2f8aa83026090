"""Names of music made comparable: folded, and as hashes of 64 bits."""

import hashlib
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

OWN_ID = "~"
"""Begins the id of a track whose source knows no id of Spotify's."""
LONGEST_FOLDED = 1_000
"""Longer titles than this are cut; the longest known ones of songs have some 600 letters."""
BETWEEN = "\x00"
"""Between the parts of what is hashed; no name has it."""


def folded(name: str) -> str:
    """`name` without what people write differently: compatibility forms, case, blanks around and doubled within.

    Nothing cleverer: “Song - Remastered” is another title than “Song”.
    """
    if name.isascii():
        return " ".join(name.lower().split())
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


def folded_all(names: Sequence[str]) -> list[str]:
    """`names`, each folded, quicker than one by one; they have to be cleaned."""
    text = "\n".join(names)
    if text.isascii():
        text = text.lower()
    else:
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return [" ".join(one.split()) for one in text.split("\n")] if names else []


def cleaned(name: str) -> str:
    """`name` as it is kept: on one line, without what no name has, and of bounded length."""
    return name if name.isprintable() and len(name) <= LONGEST_FOLDED else _printable(name)


def _printable(name: str) -> str:
    plain = "".join(" " if character.isspace() or character < " " else character for character in name[:LONGEST_FOLDED])
    return "".join(one for one in plain if unicodedata.category(one) not in {"Cc", "Cs"}).strip()


def own_id(artist: str, title: str) -> str:
    """The id of a track that is known by its names alone: the same for names that fold to the same."""
    return OWN_ID + _digest(folded(artist), folded(title), size=10).hex()


def is_own_id(track: str) -> bool:
    """Whether this id is ours, not Spotify's."""
    return track.startswith(OWN_ID)


def recording_hash(artist: str, title: str) -> int:
    """What stands for a recording in the columns: one artist's one title, on whatever album and under whatever id."""
    return _number("track", _folded_artist(artist), folded(title))


def unnamed_hash(track: str) -> int:
    """What stands for a track of which only the id is known."""
    return _number("id", track)


@lru_cache(maxsize=8_192)
def artist_hash(artist: str) -> int:
    """What stands for an artist in the columns."""
    return _number("artist", _folded_artist(artist))


def album_hash(artist: str, album: str) -> int | None:
    """What stands for one artist's album in the columns; None where the album is not known."""
    name = folded(album)
    return _number("album", _folded_artist(artist), name) if name else None


_folded_artist = lru_cache(maxsize=8_192)(folded)
"""Artists come again and again; titles don't, nor do most albums."""


def _number(*parts: str) -> int:
    return int.from_bytes(_digest(*parts, size=8), "big", signed=True)


def _digest(*parts: str, size: int) -> bytes:
    return hashlib.blake2b(BETWEEN.join(parts).encode("utf-8", "surrogatepass"), digest_size=size).digest()
