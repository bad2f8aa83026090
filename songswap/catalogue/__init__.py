"""The catalogue: songs with audio features, loaded from a file by the operator, and what is near to what in it."""
