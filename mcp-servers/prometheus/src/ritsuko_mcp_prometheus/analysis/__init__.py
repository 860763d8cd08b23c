"""Answers to a question about metrics rather than to a query: what changed, how a service does, what it looks like."""
