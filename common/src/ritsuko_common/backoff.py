"""How long to wait before the next try: delays that double, with jitter, so that those who failed together part."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Delays:
    """`first` seconds after the failure, doubled with each, at most `longest`; jitter takes off up to its share."""

    first: float
    longest: float
    jitter: float = 0.2

    def after(self, failures: int, chance: float) -> float:
        """Seconds to wait after so many failures in a row, one or more; `chance` is a random number in [0, 1)."""
        # 2.0**30 seconds are 34 years: past that nothing grows, and a float cannot overflow.
        return min(self.first * 2.0 ** min(failures - 1, 30), self.longest) * (1 - self.jitter * chance)


class Backoff:
    """The delays of one thing that is tried again until it succeeds."""

    def __init__(
        self, first: float, longest: float, *, jitter: float = 0.4, chance: Callable[[], float] = random.random
    ) -> None:
        self._delays = Delays(first, longest, jitter)
        self._chance = chance
        self._failures = 0

    def next(self) -> float:
        """Seconds to wait after one more failure."""
        self._failures += 1
        return self._delays.after(self._failures, self._chance())

    def reset(self) -> None:
        """It succeeded: the next failure counts as the first one."""
        self._failures = 0
