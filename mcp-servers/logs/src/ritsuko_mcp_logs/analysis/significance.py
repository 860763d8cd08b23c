"""Is a difference between two windows more than chance? Counts of log lines are noisy, and come in bursts."""

from collections.abc import Sequence
from math import comb, erfc, sqrt
from typing import Literal

Verdict = Literal["new", "rising", "steady", "falling", "gone"]

_CHANCE = 0.05
"""How likely one of all compared templates may be told as a change though nothing changed."""
_LEAST_RATIO = 1.5
_EXACT_UP_TO = 1_000


def verdict(then: Sequence[int], now: Sequence[int], *, share: float = 0.5, compared: int = 1) -> Verdict:
    """What happened to something counted in equal spans of two windows.

    `share` is the part that the window now has of the length of both, `compared` how many such questions are asked at
    once (the more, the surer one has to be: Bonferroni). If the rate is the same in both, then of the n seen altogether
    the number seen now is binomial. Bursts make the counts vary more than that, so they are divided by the dispersion
    of the window then: what was bursty before may be bursty again.
    """
    before, after = sum(then), sum(now)
    rate_then, rate_now = before / (1 - share), after / share
    rises = rate_now > rate_then
    burst = _dispersion(then)
    chance = _tail(
        round((before + after) / burst),
        round((after if rises else before) / burst),
        share if rises else 1 - share,
    )
    if chance > _CHANCE / max(compared, 1):
        return "steady"
    if rises:
        return "new" if not before else "rising" if rate_now >= _LEAST_RATIO * rate_then else "steady"
    return "gone" if not after else "falling" if rate_then >= _LEAST_RATIO * rate_now else "steady"


def _dispersion(counts: Sequence[int]) -> float:
    """Variance over mean, at least 1 as for independent events."""
    mean = sum(counts) / max(len(counts), 1)
    if len(counts) < 2 or not mean:
        return 1.0
    variance = sum((count - mean) ** 2 for count in counts) / (len(counts) - 1)
    return max(1.0, variance / mean)


def _tail(total: int, least: int, likely: float) -> float:
    """How probable it is that at least `least` of `total` events fall where each falls with probability `likely`."""
    if not total:
        return 1.0
    if total <= _EXACT_UP_TO:
        return sum(comb(total, k) * likely**k * (1 - likely) ** (total - k) for k in range(least, total + 1))
    deviation = sqrt(total * likely * (1 - likely))
    return erfc((least - 0.5 - total * likely) / deviation / sqrt(2)) / 2
