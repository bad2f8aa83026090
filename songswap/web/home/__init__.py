"""The first pages: landing, home, privacy."""
