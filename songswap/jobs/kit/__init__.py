"""What every job uses: running it, people's Spotify accounts, processes of its own, the heartbeat."""
