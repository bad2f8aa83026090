"""Music in intervals: which interval it is, and what follows."""
