"""A game night: what plays where, and what to do so that all hear the same."""
