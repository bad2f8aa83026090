"""Songs of the catalogue as the API and pages show them."""

from songswap.catalogue.shelf import CatalogueSong
from songswap.catalogue.similar import Near
from songswap.core.discovery.audio_attributes import AttributeName
from songswap.model.struct import Struct
from songswap.spotify.links import SpotifyLink


class SongState(Struct, frozen=True):
    """A song of the catalogue: `features` by attribute, each in its own unit; `url` is where Spotify has it."""

    id: str
    uri: str
    title: str
    artists: tuple[str, ...]
    album: str
    genres: tuple[str, ...]
    duration_ms: int | None
    features: dict[AttributeName, float]
    url: str


class LikeState(Struct, frozen=True):
    """A song like another: how near (`distance` on the common scale, and in words), what is alike, what differs."""

    song: SongState
    distance: float
    nearness: str
    alike: tuple[str, ...]
    differs: tuple[str, ...]
    same_artist: bool


class SimilarState(Struct, frozen=True):
    """The songs like `song`, the nearest first, by the attributes with these `weights`.

    `by_name`: the catalogue knows it under another id. Where it knows no audio features of it, `song` is null and
    `offers` are the songs called most like it.
    """

    song: SongState | None
    by_name: bool = False
    items: tuple[LikeState, ...] = ()
    offers: tuple[SongState, ...] = ()
    weights: dict[AttributeName, float] = {}


def song_state(entry: CatalogueSong) -> SongState:
    """A row of the catalogue."""
    return SongState(
        id=entry.id,
        uri=entry.uri,
        title=entry.title,
        artists=entry.artists,
        album=entry.album,
        genres=entry.genres,
        duration_ms=entry.duration_ms,
        features=entry.features,
        url=SpotifyLink("track", entry.id).url,
    )


def like_state(near: Near) -> LikeState:
    """A song that is near."""
    why = near.likeness
    return LikeState(song_state(near.song), near.distance, why.nearness, why.alike, why.differs, near.same_artist)
