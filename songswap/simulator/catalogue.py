"""The invented music: artists, albums, songs, one podcast, and the odd things a player can hold."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from . import names

BASE62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
RELINKED_SHARE = 0.03


def base62_id(rng: random.Random, length: int = 22) -> str:
    """An id as Spotify makes them."""
    return "".join(rng.choices(BASE62, k=length))


@dataclass(frozen=True)
class Artist:
    """Somebody who makes music."""

    id: str
    name: str
    genres: tuple[str, ...]

    @property
    def uri(self) -> str:
        """The Spotify URI."""
        return f"spotify:artist:{self.id}"


@dataclass(frozen=True)
class Album:
    """An album, single or compilation."""

    id: str
    name: str
    artist_ids: tuple[str, ...]
    album_type: str
    release_date: str
    track_ids: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        """The Spotify URI."""
        return f"spotify:album:{self.id}"


@dataclass(frozen=True)
class Track:
    """A song on one album."""

    id: str
    name: str
    album_id: str
    artist_ids: tuple[str, ...]
    duration_ms: int
    isrc: str
    explicit: bool
    track_number: int
    plays_as: str | None = None
    """The id that really plays when this one is asked for (track relinking)."""

    @property
    def uri(self) -> str:
        """The Spotify URI."""
        return f"spotify:track:{self.id}"


@dataclass(frozen=True)
class Show:
    """A podcast."""

    id: str
    name: str
    publisher: str
    description: str
    episode_ids: tuple[str, ...] = ()

    @property
    def uri(self) -> str:
        """The Spotify URI."""
        return f"spotify:show:{self.id}"


@dataclass(frozen=True)
class Episode:
    """One episode of a podcast."""

    id: str
    name: str
    show_id: str
    description: str
    duration_ms: int
    release_date: str

    @property
    def uri(self) -> str:
        """The Spotify URI."""
        return f"spotify:episode:{self.id}"


@dataclass(frozen=True)
class LocalFile:
    """A file from somebody's own disk."""

    artist_name: str
    album_name: str
    name: str
    duration_ms: int

    @property
    def uri(self) -> str:
        """The Spotify URI, which carries all that is known."""
        parts = (self.artist_name, self.album_name, self.name)
        return f"spotify:local:{':'.join(p.replace(' ', '+') for p in parts)}:{self.duration_ms // 1_000}"


@dataclass(frozen=True)
class Interlude:
    """Something audible that the API does not describe: an advertisement (`ad`) or talk by the app (`unknown`)."""

    kind: str
    id: str
    duration_ms: int

    @property
    def uri(self) -> str:
        """The Spotify URI."""
        return f"spotify:{self.kind}:{self.id}"


Item = Track | Episode | LocalFile | Interlude


@dataclass
class Catalogue:
    """Everything there is to hear, by id. Worlds of one seed share it: once invented, it stays as it is."""

    artists: dict[str, Artist] = field(default_factory=dict)
    albums: dict[str, Album] = field(default_factory=dict)
    tracks: dict[str, Track] = field(default_factory=dict)
    shows: dict[str, Show] = field(default_factory=dict)
    episodes: dict[str, Episode] = field(default_factory=dict)
    others: dict[str, LocalFile | Interlude] = field(default_factory=dict)
    """By uri: local files, advertisements, talk."""

    @property
    def ad(self) -> Interlude:
        """The advertisement."""
        return next(o for o in self.others.values() if isinstance(o, Interlude) and o.kind == "ad")

    @property
    def talk(self) -> Interlude:
        """What plays as `currently_playing_type: unknown`."""
        return next(o for o in self.others.values() if isinstance(o, Interlude) and o.kind == "unknown")

    @property
    def local_file(self) -> LocalFile:
        """The local file."""
        return next(o for o in self.others.values() if isinstance(o, LocalFile))

    def item(self, uri: str) -> Item:
        """The playable thing with this uri; KeyError that names it otherwise."""
        kind, _, item_id = uri.removeprefix("spotify:").partition(":")
        found: Item | None
        match kind:
            case "track":
                found = self.tracks.get(item_id)
            case "episode":
                found = self.episodes.get(item_id)
            case _:
                found = self.others.get(uri)
        if found is None:
            raise KeyError(f"nothing playable has the uri {uri}")
        return found

    def duration_ms(self, uri: str) -> int:
        """The length of a playable thing."""
        return self.item(uri).duration_ms

    def tracks_of(self, artist: Artist) -> list[Track]:
        """All songs an artist has a part in, oldest album first."""
        return self._tracks_by_artist.get(artist.id, [])

    @cached_property
    def _tracks_by_artist(self) -> dict[str, list[Track]]:
        found: dict[str, list[Track]] = {}
        for track in self.tracks.values():
            for artist_id in track.artist_ids:
                found.setdefault(artist_id, []).append(track)
        return found

    def albums_of(self, artist: Artist) -> list[Album]:
        """An artist's albums, newest first."""
        albums = [album for album in self.albums.values() if artist.id in album.artist_ids]
        return sorted(albums, key=lambda album: album.release_date, reverse=True)

    def context_uris(self, uri: str) -> tuple[str, ...]:
        """The items of an album, artist (their ten best-known songs) or show; KeyError that names an unknown one."""
        kind, _, context_id = uri.removeprefix("spotify:").partition(":")
        if kind == "album" and context_id in self.albums:
            return tuple(self.tracks[i].uri for i in self.albums[context_id].track_ids)
        if kind == "artist" and context_id in self.artists:
            return tuple(track.uri for track in self.tracks_of(self.artists[context_id])[:10])
        if kind == "show" and context_id in self.shows:
            return tuple(self.episodes[i].uri for i in self.shows[context_id].episode_ids)
        raise KeyError(f"no album, artist or show has the uri {uri}")


@cache
def catalogue_of(seed: int) -> tuple[Catalogue, tuple[Any, ...]]:
    """The catalogue of a seed, and the state in which its inventor's chance is left.

    48 artists, some 130 albums, some 900 songs. Kept, as tests and benchmarks make thousands of worlds of one seed.
    """
    rng = random.Random(seed)
    catalogue = Catalogue()
    for name in names.artist_names(rng, 48):
        artist = Artist(base62_id(rng), name, names.genres(rng))
        catalogue.artists[artist.id] = artist
        for album_type in ("album", "album", "single")[: rng.choice((2, 3, 3))]:
            _invent_album(rng, catalogue, artist, album_type)
    _relink(rng, catalogue)
    _invent_podcast(rng, catalogue)
    others = (
        LocalFile("Garage Trio", "Rehearsals", "Take Four", 203_000),
        Interlude("ad", base62_id(rng), 30_000),
        Interlude("unknown", base62_id(rng), 12_000),
    )
    catalogue.others = {other.uri: other for other in others}
    return catalogue, rng.getstate()


def _invent_album(rng: random.Random, catalogue: Catalogue, artist: Artist, album_type: str) -> None:
    count = rng.randint(8, 12) if album_type == "album" else rng.randint(1, 3)
    date = f"{rng.randint(1994, 2026)}-{rng.randint(1, 9):02}-{rng.randint(1, 28):02}"
    titles = names.song_titles(rng, count)
    name = titles[0] if album_type == "single" else names.album_title(rng)
    album = Album(base62_id(rng), name, (artist.id,), album_type, date)
    tracks = [_invent_track(rng, catalogue, album, title, number) for number, title in enumerate(titles, 1)]
    catalogue.tracks |= {track.id: track for track in tracks}
    catalogue.albums[album.id] = replace(album, track_ids=tuple(track.id for track in tracks))


def _invent_track(rng: random.Random, catalogue: Catalogue, album: Album, title: str, number: int) -> Track:
    guests = tuple(rng.sample(sorted(catalogue.artists), 1)) if rng.random() < 0.12 else ()
    return Track(
        id=base62_id(rng),
        name=title,
        album_id=album.id,
        artist_ids=tuple(dict.fromkeys(album.artist_ids + guests)),
        duration_ms=rng.randint(120_000, 300_000),
        isrc=f"QZ{''.join(rng.choices('ABCDEFGH', k=3))}{album.release_date[2:4]}{rng.randrange(100_000):05}",
        explicit=rng.random() < 0.12,
        track_number=number,
    )


def _relink(rng: random.Random, catalogue: Catalogue) -> None:
    """Put some songs on a compilation too; their first edition then plays under the compilation's id."""
    originals = list(_some(rng, list(catalogue.tracks.values()), RELINKED_SHARE))
    compilation = Album(base62_id(rng), "Every Night Needs a Song", (), "compilation", "2026-03-20")
    twins = [
        replace(track, id=base62_id(rng), album_id=compilation.id, track_number=number)
        for number, track in enumerate(originals, 1)
    ]
    artist_ids = tuple(dict.fromkeys(twin.artist_ids[0] for twin in twins))
    for track, twin in zip(originals, twins, strict=True):
        catalogue.tracks[track.id] = replace(track, plays_as=twin.id)
        catalogue.tracks[twin.id] = twin
    catalogue.albums[compilation.id] = replace(
        compilation, artist_ids=artist_ids[:1], track_ids=tuple(twin.id for twin in twins)
    )


def _some(rng: random.Random, tracks: list[Track], share: float) -> Iterator[Track]:
    yield from rng.sample(tracks, max(1, round(len(tracks) * share)))


def _invent_podcast(rng: random.Random, catalogue: Catalogue) -> None:
    show = Show(
        base62_id(rng), "Side B", "Garage Trio", "Two friends and the songs nobody plays. A new one every Friday."
    )
    episodes = [
        Episode(
            id=base62_id(rng),
            name=f"Side B {number}: {names.album_title(rng)}",
            show_id=show.id,
            description="A song nobody plays, and why somebody should.",
            duration_ms=rng.randint(1_500_000, 3_600_000),
            release_date=f"2026-{number:02}-06",
        )
        for number in range(1, 9)
    ]
    catalogue.episodes = {episode.id: episode for episode in episodes}
    catalogue.shows[show.id] = replace(show, episode_ids=tuple(episode.id for episode in episodes))
