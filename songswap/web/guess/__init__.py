"""Whose song is it: the page and the game."""
