"""The jobs of a game night: read players, decide, tell players."""
