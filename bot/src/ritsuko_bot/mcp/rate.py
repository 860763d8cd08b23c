"""How many calls a minute a server gets (`tools.callsPerMinute`)."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_WINDOW = 60.0


class Rate:
    """The calls of the last minute."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._calls: deque[float] = deque()

    def take(self, most: int | None) -> float:
        """Counts a call and returns 0, or returns the seconds until the next call is allowed after `most` calls.

        `most` is None for no limit, and may differ from one time to the next.
        """
        now = self._clock()
        while self._calls and self._calls[0] <= now - _WINDOW:
            self._calls.popleft()
        if most is None:
            # Nobody counts, and a limit that comes later begins with an empty minute.
            self._calls.clear()
            return 0.0
        if len(self._calls) >= most:
            return self._calls[len(self._calls) - most] + _WINDOW - now
        self._calls.append(now)
        return 0.0
