"""A query taken apart: what it does in words, what is suspicious about it, and whether what it names exists."""
