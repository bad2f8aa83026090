"""Who is who, who is in a group, and who sees what of whom."""
