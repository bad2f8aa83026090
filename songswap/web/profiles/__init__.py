"""Profiles, finding people, blocking them."""
