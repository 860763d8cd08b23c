"""The checks that a RitsukoBot's conditions are decided by: small, named, each with one thing to say.

A check looks at the facts and returns its verdict, or None if it has nothing to say. The last check of every chain
always has. Every reason is one stable word, listed in `docs/status.md`.
"""
