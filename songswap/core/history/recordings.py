"""Which ids are one recording, and what all sources together know of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, get_args

from msgspec.structs import replace

from songswap.core.history import name_folding
from songswap.model.history import Source, TrackName
from songswap.model.struct import Struct

SOURCES: Final[tuple[Source, ...]] = get_args(Source)
"""Best evidence first."""


class Recording(Struct, frozen=True, gc=False):
    """What a track's id stands for: the hashes of its recording, artist and album, and how long it is, where known."""

    track: int
    artist: int | None = None
    album: int | None = None
    duration_ms: int | None = None


class Named(Struct, frozen=True, gc=False):
    """A recording as people read it, with one album. `track_id` is the least of Spotify's ids for it that are known.

    Without a `track` and a title: another album.
    """

    track: int | None
    title: str
    artist_name: str
    album_name: str
    track_id: str | None
    artist: int
    album: int | None
    duration_ms: int | None
    cover_url: str | None


Names = Mapping[Source, Iterable[TrackName]]


def resolve(names: Names) -> tuple[dict[str, Recording], list[Named]]:
    """What each id stands for, and every recording once. The order of names within a source does not matter.

    Of an id's names the best source's counts; among those the one that tells most, then the least. An id is the
    recording of that artist and title; what its own names leave open is taken from the recording's other ids, and its
    cover from others of its album.
    """
    by_id: dict[str, list[TrackName]] = {}
    for source in SOURCES:
        seen: dict[str, list[TrackName]] = {}
        for name in names.get(source, ()):
            seen.setdefault(name.id, []).append(name)
        for track, told in seen.items():
            in_order = sorted(told, key=_order) if len(told) > 1 else told
            by_id[track] = [*by_id[track], *in_order] if track in by_id else in_order
    by_recording: dict[int, list[str]] = {}
    for track, told in by_id.items():
        by_recording.setdefault(name_folding.recording_hash(told[0].artist, told[0].title), []).append(track)
    known: dict[str, Recording] = {}
    named: list[Named] = []
    for hashed, tracks in sorted(by_recording.items()):
        tracks.sort()
        one = _named(hashed, [by_id[track] for track in tracks])
        named.append(one)
        for track in tracks:
            known[track] = _recording(hashed, one, by_id[track])
    return known, _with_covers(named)


def _with_covers(named: Sequence[Named]) -> list[Named]:
    """The same; a recording of which no source knows the cover, has that of its album, where any song of it has one."""
    covers: dict[int, str] = {}
    for one in named:
        if one.album is not None and one.cover_url:
            covers[one.album] = min(one.cover_url, covers.get(one.album, one.cover_url))
    return [
        replace(one, cover_url=covers[one.album]) if not one.cover_url and one.album in covers else one for one in named
    ]


def albums_beside(names: Names, known: Mapping[str, Recording], named: Iterable[Named]) -> list[Named]:
    """The albums that ids are on and none of the recordings `named` is called by: one recording may be on several.

    `known` and `named` are what `resolve` makes of `names`. The order of names does not matter.
    """
    called = {one.album for one in named}
    artists = {one.artist: one.artist_name for one in named}
    found: dict[int, tuple[str, str, int]] = {}
    for name in (name for rows in names.values() for name in rows):
        recording = known[name.id]
        if recording.album is None or recording.artist is None or recording.album in called:
            continue
        artist = artists[recording.artist]
        if name_folding.album_hash(artist, name.album) == recording.album:
            told = (name.album, name.cover_url or "", recording.artist)
            found[recording.album] = min(told, found.get(recording.album, told))
    return [
        Named(None, "", artists[artist], album, None, artist, hashed, None, cover or None)
        for hashed, (album, cover, artist) in sorted(found.items())
    ]


def names_of(names: Names) -> dict[Source, dict[str, TrackName]]:
    """What each source calls each id: its best name, completed by its others. Resolves to the same as all of them."""
    told: dict[Source, dict[str, TrackName]] = {}
    for source, rows in names.items():
        by_id: dict[str, list[TrackName]] = {}
        for name in rows:
            by_id.setdefault(name.id, []).append(name)
        told[source] = {track: _completed(sorted(alike, key=_order)) for track, alike in by_id.items()}
    return told


def recording_of(known: Mapping[str, Recording], track: str) -> Recording:
    """What `track` stands for; itself alone where nothing is known of it."""
    return known.get(track) or Recording(name_folding.unnamed_hash(track))


def _order(name: TrackName) -> tuple[object, ...]:
    """The name that tells most first, then the least text."""
    told = (name.album, name.artists, name.artist_id, name.album_id, name.duration_ms, name.cover_url)
    return (-sum(map(bool, told)), name.title, name.artist, *map(str, told))


def _completed(names: Sequence[TrackName]) -> TrackName:
    """The first of an id's names, with what only the others tell."""
    fields = ("album", "artists", "artist_id", "album_id", "duration_ms", "cover_url")
    missing = {
        field: value
        for field in fields
        if not getattr(names[0], field) and (value := next(filter(None, (getattr(one, field) for one in names)), None))
    }
    return replace(names[0], **missing) if missing else names[0]


def _named(hashed: int, told: Sequence[Sequence[TrackName]]) -> Named:
    """One recording, from the names of each of its ids, of which the least is the first."""
    first = told[0][0]
    every = told[0] if len(told) == 1 else [name for names in told for name in names]
    album = _album(every)
    return Named(
        track=hashed,
        title=first.title,
        artist_name=first.artist,
        album_name=album,
        track_id=None if name_folding.is_own_id(first.id) else first.id,  # Spotify's ids come before ours
        artist=name_folding.artist_hash(first.artist),
        album=name_folding.album_hash(first.artist, album),
        duration_ms=_duration_ms(every),
        cover_url=first.cover_url or next((one.cover_url for one in every if one.cover_url), None),
    )


def _recording(hashed: int, named: Named, told: Sequence[TrackName]) -> Recording:
    """What one id of a recording stands for: its own album and duration, else the recording's."""
    album = _album(told)
    return Recording(
        track=hashed,
        artist=named.artist,
        album=name_folding.album_hash(named.artist_name, album) if album and album != named.album_name else named.album,
        duration_ms=_duration_ms(told) or named.duration_ms,
    )


def _album(told: Sequence[TrackName]) -> str:
    """The first album that is told of; empty where none is."""
    return told[0].album or next((name.album for name in told if name.album), "")


def _duration_ms(told: Sequence[TrackName]) -> int | None:
    """The first duration that is told of."""
    return told[0].duration_ms or next((name.duration_ms for name in told if name.duration_ms), None)
