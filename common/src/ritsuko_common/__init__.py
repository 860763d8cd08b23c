"""The ground floor of technique: what operator, bot and servers would otherwise each write for themselves.

Imports nothing of ours, nothing of `mcp` and nothing of `kopf`.
"""
