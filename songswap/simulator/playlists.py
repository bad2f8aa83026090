"""The simulated playlists: rows, snapshots, who may change them."""

from __future__ import annotations

import base64
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from .catalogue import Catalogue, base62_id
from .people import Person


@dataclass(frozen=True)
class Row:
    """One item of a playlist."""

    uri: str
    added_at_s: float
    added_by: str


@dataclass
class Playlist:
    """One playlist; every change of its rows makes a new snapshot."""

    id: str
    name: str
    owner_id: str
    description: str = ""
    public: bool = True
    collaborative: bool = False
    rows: list[Row] = field(default_factory=list)
    revision: int = 1

    @property
    def uri(self) -> str:
        """The Spotify URI."""
        return f"spotify:playlist:{self.id}"

    @property
    def snapshot_id(self) -> str:
        """Identifies this version, in the shape Spotify gives it."""
        return base64.b64encode(self.revision.to_bytes(4, "big") + self.id.encode()[:20]).decode()

    def revision_of(self, snapshot_id: str) -> int | None:
        """The revision a snapshot stands for, None if it is none of this playlist's."""
        try:
            raw = base64.b64decode(snapshot_id, validate=True)
        except ValueError:
            return None
        revision = int.from_bytes(raw[:4], "big")
        return revision if raw[4:] == self.id.encode()[:20] and 1 <= revision <= self.revision else None

    def insert(self, rows: Iterable[Row], position: int | None = None) -> None:
        """Put rows before `position`, or at the end."""
        at = len(self.rows) if position is None else position
        self.rows[at:at] = rows
        self.revision += 1

    def replace(self, rows: Iterable[Row]) -> None:
        """Put these rows in place of all others."""
        self.rows = list(rows)
        self.revision += 1

    def remove(self, uris: set[str]) -> None:
        """Take out every row of these uris."""
        self.rows = [row for row in self.rows if row.uri not in uris]
        self.revision += 1

    def move(self, start: int, length: int, before: int) -> None:
        """Move `length` rows from `start` to before the row that is at `before` now."""
        moved = self.rows[start : start + length]
        target = before - length if before > start else before
        rest = self.rows[:start] + self.rows[start + length :]
        self.rows = rest[:target] + moved + rest[target:]
        self.revision += 1


def invent_playlists(
    rng: random.Random, catalogue: Catalogue, people: dict[str, Person], now_s: float
) -> dict[str, Playlist]:
    """Three playlists each; Ada's long one has 150 songs and Bob's is collaborative."""
    playlists: dict[str, Playlist] = {}
    track_ids = list(catalogue.tracks)
    for person in people.values():
        for name, count in (("Evening", 40), ("On repeat", 25), ("Found this year", 18)):
            playlist = Playlist(base62_id(rng), name, person.id, public=name != "On repeat")
            favourites = rng.sample(person.top_track_ids, min(count // 2, len(person.top_track_ids)))
            chosen = list(dict.fromkeys(favourites + rng.sample(track_ids, count)))[:count]
            playlist.rows = [_row(catalogue, i, person.id, now_s - 86_400 * (count - n)) for n, i in enumerate(chosen)]
            playlists[playlist.id] = playlist
    _add_special_ones(rng, catalogue, playlists, now_s)
    return playlists


def _add_special_ones(rng: random.Random, catalogue: Catalogue, playlists: dict[str, Playlist], now_s: float) -> None:
    long_one = Playlist(base62_id(rng), "Game night, all of it", "ada", description="Everything we ever played.")
    long_ids = rng.sample(sorted(catalogue.tracks), 150)
    long_one.rows = [_row(catalogue, track_id, "ada", now_s - 3_600 * n) for n, track_id in enumerate(long_ids)]
    shared = Playlist(
        base62_id(rng), "Everybody adds one", "bob", description="One each!", public=False, collaborative=True
    )
    adders = ("bob", "ada", "cleo", "dario", "edda", "hana")
    shared.rows = [
        _row(catalogue, track_id, adders[n % len(adders)], now_s - 7_200 * n)
        for n, track_id in enumerate(rng.sample(sorted(catalogue.tracks), 12))
    ]
    shared.rows.append(Row(catalogue.local_file.uri, now_s - 600, "bob"))
    playlists |= {long_one.id: long_one, shared.id: shared}


def _row(catalogue: Catalogue, track_id: str, person_id: str, added_at_s: float) -> Row:
    return Row(catalogue.tracks[track_id].uri, added_at_s, person_id)
