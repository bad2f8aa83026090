"""What a new app no longer gets (since November 2024 and February 2026): a bare 403."""

from __future__ import annotations

CLOSED_PATHS = (
    "/albums",
    "/artists",
    "/artists/{id}/related-artists",
    "/artists/{id}/top-tracks",
    "/audio-analysis/{id}",
    "/audio-features",
    "/audio-features/{id}",
    "/audiobooks",
    "/browse/categories",
    "/browse/categories/{id}",
    "/browse/categories/{id}/playlists",
    "/browse/featured-playlists",
    "/browse/new-releases",
    "/chapters",
    "/episodes",
    "/markets",
    "/me/albums/contains",
    "/me/audiobooks/contains",
    "/me/episodes/contains",
    "/me/following/contains",
    "/me/shows/contains",
    "/me/tracks/contains",
    "/playlists/{id}/followers",
    "/playlists/{id}/followers/contains",
    "/playlists/{id}/tracks",
    "/recommendations",
    "/recommendations/available-genre-seeds",
    "/shows",
    "/tracks",
    "/users/{id}",
    "/users/{id}/playlists",
)
"""Closed for every method."""

CLOSED_METHODS = tuple(
    (method, f"/me/{shelf}")
    for shelf in ("albums", "audiobooks", "episodes", "following", "shows", "tracks")
    for method in ("PUT", "DELETE")
)
