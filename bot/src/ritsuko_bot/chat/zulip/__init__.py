"""Zulip as a chat: its wire format, its event queue, its places and its people."""
