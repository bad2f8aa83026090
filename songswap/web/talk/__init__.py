"""Chats, feeds, notices: what people write."""
