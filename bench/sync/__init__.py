"""How well a session keeps time: the real worker against the embedded Spotify, in virtual time."""
