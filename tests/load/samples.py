"""Many measurements of one thing."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Sequence

from tests.load.figures import Figure


async def timed(action: Callable[[], Awaitable[object]]) -> float:
    """The seconds that it took."""
    began = time.perf_counter()
    await action()
    return time.perf_counter() - began


def percentile(values: Sequence[float], percent: float) -> float:
    """By nearest rank: a value that was measured, not one between two."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(percent / 100 * len(ordered))) - 1]


def median(values: Sequence[float]) -> float:
    return percentile(values, 50)


def latencies(
    name: str, seconds: Sequence[float], *, p50: float | None = None, p95: float | None = None
) -> list[Figure]:
    """p50 and p95 in milliseconds, with their targets."""
    return [
        Figure(f"{name}: p50 of {len(seconds)}", median(seconds) * 1000, "ms", p50),
        Figure(f"{name}: p95 of {len(seconds)}", percentile(seconds, 95) * 1000, "ms", p95),
    ]


def ratio(name: str, seconds: Sequence[float], by: str, divisor: Sequence[float]) -> Figure:
    """p50 divided by p50."""
    return Figure(f"{name}: p50 divided by p50 of {by}", median(seconds) / median(divisor), "times")
