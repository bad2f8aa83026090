"""The jobs that keep everybody's history: recently played, imports, columns."""
