"""What people write to each other: posts, feeds, notices, reports."""
