"""Accounts, who is in which group, and who looks."""
