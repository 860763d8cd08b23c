"""The server's time: wall time plus what a test has added, so that nobody waits for heartbeats, expiry or limits."""

from __future__ import annotations

import time


class Clock:
    """Seconds since the epoch. `advance` moves it forward; whoever owns deadlines looks at `now` again."""

    def __init__(self) -> None:
        self._added = 0.0

    def now(self) -> float:
        return time.time() + self._added

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("time only goes forward")
        self._added += seconds
