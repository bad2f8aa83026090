"""Music videos of playlists."""
