"""The jobs that write playlists: renewals, saves, and what is in people's libraries."""
