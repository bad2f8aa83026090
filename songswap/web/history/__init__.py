"""A history: what is in it, bringing and taking it."""
