"""A game night: start and stop, devices, requests, the screen, listening in a page."""
