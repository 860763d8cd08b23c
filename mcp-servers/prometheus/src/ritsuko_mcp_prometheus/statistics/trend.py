"""The trend of a series, in words."""

import math
from collections.abc import Sequence

from ritsuko_mcp_prometheus.api.series import Sample
from ritsuko_mcp_prometheus.statistics.descriptive import median

_FEWEST = 6
_STEADY = 0.02


def trend(samples: Sequence[Sample]) -> str:
    """`rising 12%`, `falling 5%` or `steady`: the last third compared with the first, by their medians.

    With medians a spike is not a trend; a change smaller than the usual variation is not one either. An empty string
    for a series that is too short.
    """
    numbers = [value for _, value in samples if math.isfinite(value)]
    if len(numbers) < _FEWEST:
        return ""
    third = len(numbers) // 3
    before, after = numbers[:third], numbers[-third:]
    first, last = median(before), median(after)
    change = last - first
    if not math.isfinite(change) or abs(change) <= _STEADY * max(abs(first), abs(last)):
        return "steady"
    if abs(change) < max(_spread(before, first), _spread(after, last)):
        return "steady"
    word = "rising" if change > 0 else "falling"
    return f"{word} {abs(change / first):.0%}" if first and abs(change / first) < 10 else word


def _spread(numbers: Sequence[float], middle: float) -> float:
    """The median distance from the middle."""
    return median([abs(number - middle) for number in numbers])
