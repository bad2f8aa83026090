"""Listening history as columns: derived from the logs, disposable, and quick to ask."""
