"""Playlists by how songs sound, and songs like a song."""
