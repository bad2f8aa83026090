"""A group's page as each of its members sees it."""
