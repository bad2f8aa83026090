"""Drawings of listening figures: plain dicts for plotly.js, with a summary in words and a table beside each. Pure."""
