"""Which plays count, over which periods, for whose eyes."""
