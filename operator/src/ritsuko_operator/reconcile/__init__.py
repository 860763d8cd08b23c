"""One bot, or one sidecar, at a time: gather, render, apply what differs, prune, and tell the truth in `status`.

Everything here works on a `ClusterApi` and a `View` (see `cluster.py`); the runtime brings the real ones.
"""
