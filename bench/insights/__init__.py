"""How quickly the figures of listening histories are answered."""
