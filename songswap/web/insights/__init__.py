"""Figures of what was listened to."""
