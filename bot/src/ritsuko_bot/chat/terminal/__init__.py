"""A terminal as a chat: one person, who types."""
