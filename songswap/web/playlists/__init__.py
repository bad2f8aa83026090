"""Playlists made here."""
