"""What goes into a playlist, and when it is renewed."""
