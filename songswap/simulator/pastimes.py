"""What people listened to before the simulator started: the same evenings for a seed, whenever it is started."""

from __future__ import annotations

import random
from collections.abc import Iterator

from .catalogue import Catalogue
from .people import Person
from .players import HISTORY_LENGTH
from .showing import Play

DAY_S = 86_400
DAYS_BACK = 6


def invent_history(seed: int, person: Person, catalogue: Catalogue, now_s: float) -> list[Play]:
    """The plays of the last days, oldest first."""
    today = int(now_s // DAY_S)
    plays = [
        play
        for day in range(today - DAYS_BACK, today + 1)
        for play in _day(random.Random(f"{seed}/{person.id}/{day}"), person, catalogue, day * DAY_S)
        if play.ended_at_ms <= now_s * 1_000
    ]
    return plays[-HISTORY_LENGTH:]


def _day(rng: random.Random, person: Person, catalogue: Catalogue, midnight_s: int) -> Iterator[Play]:
    for start_hour, span in ((7.0, 1.5), (17.5, 3.0)):
        at_ms = (midnight_s + (start_hour + rng.random() * span) * 3_600) * 1_000
        for _ in range(rng.randint(4, 12)):
            track = catalogue.tracks[_favourite(rng, person.top_track_ids)]
            at_ms += track.duration_ms + rng.uniform(150, 600)
            album_uri = catalogue.albums[track.album_id].uri
            yield Play(track.uri, at_ms, at_ms, album_uri if rng.random() < 0.5 else None)


def _favourite(rng: random.Random, ranked_ids: list[str]) -> str:
    return ranked_ids[int(len(ranked_ids) * rng.random() ** 2)]
