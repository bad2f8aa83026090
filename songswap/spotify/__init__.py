"""Spotify's Web API and accounts service: typed calls, typed errors, one gate for its limits."""
