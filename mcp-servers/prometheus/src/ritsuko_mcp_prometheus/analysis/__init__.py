"""Analyses beyond a single query: what changed, and how a service is doing."""
