"""Searching for songs."""
