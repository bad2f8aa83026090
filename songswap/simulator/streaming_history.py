"""What Spotify sends to those who ask for their data: the extended streaming history of years, invented.

The same years for a seed and a day, in the shape of 2026. The last days are those that recently-played shows.
"""

from __future__ import annotations

import io
import json
import math
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .catalogue import Artist, Catalogue, Episode, Track
from .pastimes import DAY_S, DAYS_BACK
from .people import Person
from .showing import Play

Json = dict[str, Any]

DAYS = 3 * 365
FOLDER = "Spotify Extended Streaming History"
ROWS_IN_FILE = 16_000
"""Spotify's files have some 12 MB each."""
PLATFORMS = {"Computer": "linux", "Smartphone": "android", "Speaker": "cast", "TV": "android_tv"}
SKIPS_MOST = 0.24
LEAST_SHOWN_MS = 30_000
"""Recently-played shows only what was heard for longer."""
HOLIDAY_DAYS = (8, 16)


@dataclass(frozen=True)
class _Habit:
    """Somebody's way with one artist: how much they like them, since which day, and in which part of the year most."""

    songs: tuple[Track, ...]
    liking: float
    since_day: int
    season: float

    def weight(self, day: int) -> float:
        """How likely the artist is on a day: most when new, more in their season."""
        if day < self.since_day:
            return 0.0
        newness = 1 + 3 * math.exp(-(day - self.since_day) / 45) * (self.since_day > 0)
        return self.liking * newness * (1.15 + math.sin(2 * math.pi * (day / 365 + self.season)))


class _Listener:
    """One person's habits."""

    def __init__(self, seed: int, person: Person, catalogue: Catalogue) -> None:
        self._seed = seed
        self._person = person
        self._catalogue = catalogue
        rng = random.Random(f"{seed}/{person.id}/habits")
        self._morning_h, self._evening_h = rng.uniform(6.2, 8.5), rng.uniform(17.0, 20.5)
        self._day_off_h = rng.uniform(9.0, 12.5)
        self._eagerness = rng.uniform(0.6, 0.95)
        self._skips = rng.uniform(0.05, SKIPS_MOST)
        self._platforms = sorted({PLATFORMS[device.type] for device in person.devices})
        self._habits = list(_habits(rng, person, catalogue))
        self._holidays = [
            (start, start + rng.randint(*HOLIDAY_DAYS))
            for start in (rng.randrange(90, 330) + 365 * y for y in range(3))
        ]

    def years(self, last_day: int, days: int = DAYS) -> Iterator[Json]:
        """Every row of the last `days` of the DAYS before the day `last_day` (counted from 1970), oldest first."""
        for day in range(max(0, DAYS - days), DAYS):
            if any(first <= day < last for first, last in self._holidays):
                continue
            rng = random.Random(f"{self._seed}/{self._person.id}/{last_day - DAYS + day}/memory")
            likely = [habit.weight(day) for habit in self._habits]
            for at_s in self._sittings(rng, last_day - DAYS + day):
                yield from self._sitting(rng, at_s, likely)

    def _sittings(self, rng: random.Random, day: int) -> Iterator[float]:
        """When the person sits down (or goes out) to listen on a day."""
        is_day_off = (day + 4) % 7 in {0, 6}  # 1970 began on a Thursday
        hours = [self._day_off_h, 15.5, self._evening_h + 1] if is_day_off else [self._morning_h, 12.8, self._evening_h]
        chances = (0.6, 0.35, 0.75) if is_day_off else (0.8, 0.2, 0.7)
        for hour, chance in zip(hours, chances, strict=True):
            if rng.random() < chance * self._eagerness:
                yield day * DAY_S + (hour + rng.gauss(0, 0.5)) * 3_600

    def _sitting(self, rng: random.Random, at_s: float, likely: list[float]) -> Iterator[Json]:
        """A quarter of an hour up to two hours: an album, or this and that; now and then a podcast."""
        common = {"platform": rng.choice(self._platforms), "incognito_mode": rng.random() < 0.01}
        if rng.random() < 0.02 and self._catalogue.episodes:
            episode = rng.choice(list(self._catalogue.episodes.values()))
            yield _row(at_s + episode.duration_ms / 1000, episode.duration_ms, **common, **self._episode(episode))
            return
        is_album = rng.random() < 0.3
        habit = rng.choices(self._habits, likely)[0]
        songs = _from_one_album(rng, habit.songs) if is_album else self._mixed(rng, likely)
        began = "clickrow"
        for song in songs:
            played_ms, ended = self._ending(rng, song, is_album=is_album)
            at_s += played_ms / 1000 + rng.uniform(0.2, 1.5)
            told = {"reason_start": began, "reason_end": ended, "skipped": ended == "fwdbtn", "shuffle": not is_album}
            yield _row(at_s, played_ms, **common, **told, **self._track(song))
            began = ended

    def _mixed(self, rng: random.Random, likely: list[float]) -> list[Track]:
        habits = rng.choices(self._habits, likely, k=rng.randint(4, 16))
        return [habit.songs[int(len(habit.songs) * rng.random() ** 2)] for habit in habits]

    def _ending(self, rng: random.Random, song: Track, *, is_album: bool) -> tuple[int, str]:
        chance = rng.random()
        if chance < self._skips * (0.3 if is_album else 1):
            return rng.randrange(1_500, 45_000), "fwdbtn"
        if chance > 0.985:
            return rng.randrange(20_000, song.duration_ms), "endplay"
        return song.duration_ms, "trackdone"

    def _track(self, track: Track) -> Json:
        return _track_fields(self._catalogue, track)

    def _episode(self, episode: Episode) -> Json:
        return {
            "episode_name": episode.name,
            "episode_show_name": self._catalogue.shows[episode.show_id].name,
            "spotify_episode_uri": episode.uri,
        }


def streaming_history(
    seed: int, person: Person, catalogue: Catalogue, recent: list[Play], now_s: float, until_s: float | None = None
) -> Iterator[Json]:
    """All that a person listened to in three years, oldest first; up to `until_s` only, if that is given.

    `recent` is what their player remembers; everything before its days is made up.
    """
    until_s = now_s if until_s is None else until_s
    first_day = int(now_s // DAY_S) - DAYS_BACK
    for row in _Listener(seed, person, catalogue).years(first_day):
        if _seconds(row) <= until_s:
            yield row
    for play in recent:
        track = catalogue.tracks.get(play.uri.removeprefix("spotify:track:"))
        if track is not None and first_day * DAY_S * 1000 <= play.ended_at_ms <= until_s * 1000:
            heard = {"platform": PLATFORMS[person.devices[0].type], "reason_start": "trackdone"}
            yield _row(play.ended_at_ms / 1000, track.duration_ms, **heard, **_track_fields(catalogue, track))


def shown_as_recent(
    seed: int, person: Person, catalogue: Catalogue, recent: list[Play], now_s: float, until_s: float, days: int
) -> Iterator[Play]:
    """The plays of the last `days` up to `until_s` that recently-played showed in their time, oldest first.

    It shows no podcasts, no private sessions, and nothing that was skipped within half a minute.
    """
    first_day = int(now_s // DAY_S) - DAYS_BACK
    for row in _Listener(seed, person, catalogue).years(first_day, days - DAYS_BACK):
        if row["spotify_track_uri"] and row["ms_played"] > LEAST_SHOWN_MS and not row["incognito_mode"]:
            ended_at_ms = _seconds(row) * 1000
            if ended_at_ms <= until_s * 1000:
                yield Play(row["spotify_track_uri"], ended_at_ms, ended_at_ms)
    for play in recent:
        if play.uri.startswith("spotify:track:") and first_day * DAY_S * 1000 <= play.ended_at_ms <= until_s * 1000:
            yield play


def end_of_day(day: str) -> float:
    """When the day (2026-11-09) was over, in epoch seconds. Raises ValueError."""
    return (datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC) + timedelta(days=1)).timestamp()


def zipped(rows: Iterator[Json]) -> bytes:
    """The rows as Spotify sends them."""
    told = [json.dumps(row, ensure_ascii=False) for row in rows]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, start in enumerate(range(0, len(told), ROWS_IN_FILE)):
            part = told[start : start + ROWS_IN_FILE]
            years = "-".join(dict.fromkeys(json.loads(row)["ts"][:4] for row in (part[0], part[-1])))
            archive.writestr(f"{FOLDER}/Streaming_History_Audio_{years}_{number}.json", f"[{','.join(part)}]")
    return file.getvalue()


def _habits(rng: random.Random, person: Person, catalogue: Catalogue) -> Iterator[_Habit]:
    """The favourites, half of them since the beginning, and everybody else now and then."""
    favourites = [catalogue.artists[artist_id] for artist_id in person.top_artist_ids]
    others = [artist for artist in catalogue.artists.values() if artist.id not in person.top_artist_ids]
    for rank, artist in enumerate([*favourites, *rng.sample(others, len(others))]):
        songs = _ranked(rng, catalogue, artist)
        if songs:
            since_day = 0 if rng.random() < 0.5 else rng.randrange(DAYS)
            yield _Habit(songs, 1 / (rank + 1.5) ** 0.9, since_day, rng.random())


def _ranked(rng: random.Random, catalogue: Catalogue, artist: Artist) -> tuple[Track, ...]:
    """An artist's songs as the person likes them; those that play as another one are passed over."""
    songs = [track for track in catalogue.tracks_of(artist) if track.artist_ids[0] == artist.id and not track.plays_as]
    rng.shuffle(songs)
    return tuple(songs)


def _from_one_album(rng: random.Random, songs: tuple[Track, ...]) -> list[Track]:
    album_id = rng.choice(songs).album_id
    return sorted((song for song in songs if song.album_id == album_id), key=lambda song: song.track_number)


def _track_fields(catalogue: Catalogue, track: Track) -> Json:
    return {
        "master_metadata_track_name": track.name,
        "master_metadata_album_artist_name": catalogue.artists[track.artist_ids[0]].name,
        "master_metadata_album_album_name": catalogue.albums[track.album_id].name,
        "spotify_track_uri": track.uri,
    }


def _row(ended_at_s: float, played_ms: int, **told: Any) -> Json:
    """A row in the present shape, with nothing in what is not `told`."""
    return {
        "ts": f"{datetime.fromtimestamp(ended_at_s, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "platform": "linux",
        "ms_played": played_ms,
        "conn_country": "IS",
        "ip_addr": "192.0.2.1",
        "master_metadata_track_name": None,
        "master_metadata_album_artist_name": None,
        "master_metadata_album_album_name": None,
        "spotify_track_uri": None,
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": "clickrow",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": False,
        "offline": False,
        "offline_timestamp": None,
        "incognito_mode": False,
        **told,
    }


def _seconds(row: Json) -> float:
    return datetime.fromisoformat(row["ts"]).timestamp()
