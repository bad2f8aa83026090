"""Whose song is it: the classifier, and the game."""
