"""Tables of audio features as files, and catalogues made of them."""

import csv
import io
import random
from collections.abc import Sequence
from pathlib import Path

from songswap.catalogue.loading import Loading
from songswap.catalogue.schema import CatalogueManifest

HEADER = ("track_id", "artists", "track_name", "track_genre", "popularity", "energy", "valence", "tempo")
Row = Sequence[object]


def track_id(number: int) -> str:
    return f"{number:022d}"


def row(
    number: int,
    artist: str = "Aiko",
    title: str = "",
    *,
    genre: str = "pop",
    popularity: int = 50,
    energy: float = 0.5,
    valence: float = 0.5,
    tempo: float = 120,
) -> Row:
    return (track_id(number), artist, title or f"Song {number}", genre, popularity, energy, valence, tempo)


def some_rows(count: int, seed: int = 1) -> list[Row]:
    """Songs of a few artists, no two of one name."""
    rng = random.Random(seed)
    return [
        row(
            number,
            f"Artist {rng.randrange(12)}",
            popularity=rng.randrange(101),
            energy=round(rng.random(), 3),
            valence=round(rng.random(), 3),
            tempo=round(rng.uniform(60, 200), 3),
        )
        for number in range(count)
    ]


def table(rows: Sequence[Row], header: Row = HEADER, delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue()


def load(root: Path, content: str | bytes, name: str = "features.csv") -> CatalogueManifest:
    """Load a file with this content into the store at `root`."""
    root.mkdir(exist_ok=True)
    path = root.parent / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Loading(root).run(path, now_ms=1.0)
