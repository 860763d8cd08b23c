"""Descriptive statistics of one series."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ritsuko_mcp_prometheus.api.series import Sample


@dataclass(frozen=True, slots=True)
class Statistics:
    """Over the samples that are numbers; `count` includes NaN."""

    min: float
    median: float
    mean: float
    max: float
    last: float
    count: int


def statistics(samples: Sequence[Sample]) -> Statistics | None:
    """None for a series without samples. Infinities count; NaN (such as 0/0) is left out unless it is all there is."""
    if not samples:
        return None
    numbers = [value for _, value in samples if not math.isnan(value)] or [math.nan]
    return Statistics(min(numbers), median(numbers), _mean(numbers), max(numbers), samples[-1][1], len(samples))


def median(numbers: Sequence[float]) -> float:
    """Of at least one number: the middle one in order, or between the middle two."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    low, high = ordered[middle - 1], ordered[middle]
    return low if low == high else low / 2 + high / 2


def _mean(numbers: list[float]) -> float:
    # fsum refuses a mix of infinities and overflows at the edge of the range; division first stays inside it.
    if not all(map(math.isfinite, numbers)):
        return sum(numbers) / len(numbers)
    count = len(numbers)
    return (
        math.fsum(number / count for number in numbers)
        if max(map(abs, numbers)) > 1e300
        else math.fsum(numbers) / count
    )
