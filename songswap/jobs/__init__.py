"""The worker's shell: reads documents, asks the core what to do, tells Spotify, writes what it saw."""
