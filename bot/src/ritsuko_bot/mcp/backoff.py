"""How long to wait before the next attempt to connect."""

from __future__ import annotations

import random


class Backoff:
    """Doubling delays with jitter, from `first` seconds up to `longest`; `reset` starts over."""

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._attempt = 0

    def next(self) -> float:
        """Seconds to wait now."""
        delay = min(self._longest, self._first * 2.0**self._attempt)
        if delay < self._longest:
            self._attempt += 1
        return delay * random.uniform(0.6, 1.0)

    def reset(self) -> None:
        self._attempt = 0
