"""The measured night once more, in real time: embedded Spotify, server and worker as processes, driven over HTTP."""
