"""The interval timer."""
