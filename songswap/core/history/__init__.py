"""What was listened to: reading it from anywhere, merging it without doubles."""
