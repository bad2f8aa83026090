"""Making, joining, changing and leaving groups."""
