"""SongSwap: a self-hosted place for a group of friends and their music, on top of Spotify."""

__version__ = "0.1.0"
