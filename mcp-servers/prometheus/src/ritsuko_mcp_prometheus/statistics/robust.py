"""Robust statistics: median, spread and effect size, little affected by outliers."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# For a normal distribution: standard deviation over median absolute deviation, and interquartile range over standard
# deviation, https://en.wikipedia.org/wiki/Median_absolute_deviation, https://en.wikipedia.org/wiki/Interquartile_range
_PER_MAD = 1.4826
_IQR_PER = 1.349
_LEAST_SHARE = 0.001


@dataclass(frozen=True, slots=True)
class Level:
    """The level of samples: median, spread (comparable to a standard deviation) and count."""

    median: float
    spread: float
    count: int


def level(values: Sequence[float]) -> Level | None:
    """The level of the finite ones among the values; None if there is none."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return None
    middle = statistics.median(finite)
    return Level(middle, spread(finite), len(finite))


def spread(values: Sequence[float]) -> float:
    """By the median absolute deviation; by the interquartile range where more than half of the values are equal."""
    middle = statistics.median(values)
    deviation = statistics.median(abs(value - middle) for value in values)
    if deviation or len(values) < 4:
        return _PER_MAD * deviation
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / _IQR_PER


def effect(change: float, noise: float, *levels: float, floor: float) -> float:
    """A change in units of its noise, where the noise is at least `floor` (0.05: 5 %) of the largest level.

    So a change of a constant series is large, not infinite.
    """
    least = floor * max(map(abs, levels), default=0.0)
    return change / max(noise, least) if change and max(noise, least) > 0 else 0.0


def relative(before: float, after: float) -> float:
    """The change relative to the level before: 0.5 for an increase by half; infinite for a change from zero."""
    if before == after:
        return 0.0
    return (after - before) / abs(before) if before else math.copysign(math.inf, after)


def format_relative(share: float) -> str:
    """`+35 %`, `x 12` from ten times on, `from 0`; `none` also for a change within rounding."""
    if math.isinf(share):
        return "from 0"
    if abs(share) < _LEAST_SHARE:
        return "none"
    if share >= 9:
        return f"x {share + 1:,.3g}"
    return f"{share * 100:+.3g} %" if abs(share) < 10 else f"{share * 100:+,.0f} %"
