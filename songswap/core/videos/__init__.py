"""Which video belongs to a song, and how many searches a day has."""
