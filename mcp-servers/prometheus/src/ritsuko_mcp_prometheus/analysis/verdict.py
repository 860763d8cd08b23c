"""The verdict on a series now compared with an earlier time, without I/O."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ritsuko_mcp_prometheus.api.series import Labels, Sample, Series
from ritsuko_mcp_prometheus.statistics.robust import Level, effect, level, relative, spread

Verdict = Literal[
    "higher",
    "lower",
    "wider",
    "steadier",
    "new",
    "gone",
    "not finite now",
    "not finite then",
    "not finite",
    "too short",
    "no history",
    "unchanged",
]

NOTABLE_EFFECT = 3.0
NOTABLE_SHARE = 0.1
_NOTABLE_SPREAD = 3.0
_FLOOR = 0.01
_LEAST_POINTS = 4
_LEAST_COVERED = 0.3


@dataclass(frozen=True, slots=True)
class Comparison:
    """One series: its level now and then, and the verdict.

    `effect` is the change of the median in units of the noise, `share` the same change relative to the earlier level.
    """

    labels: Labels
    verdict: Verdict
    now: Level | None
    then: Level | None
    effect: float = 0.0
    share: float = 0.0

    @property
    def notable(self) -> bool:
        return self.verdict not in ("unchanged", "not finite", "too short", "no history")


def judge_all(now: Sequence[Series], then: Sequence[Series], shift: float, points: int) -> list[Comparison]:
    """All series of both times, most notable first. The samples of `then` are `shift` seconds before `now`.

    `points` is the number of samples of a complete series.
    """
    current = {_key(series.labels): series for series in now}
    former = {_key(series.labels): series for series in then}
    found = [
        judge(
            (current.get(key) or former[key]).labels,
            current[key].samples if key in current else [],
            former[key].samples if key in former else [],
            shift,
            points,
        )
        for key in sorted(current.keys() | former.keys())
    ]
    return sorted(found, key=_rank)


def judge(labels: Labels, now: Sequence[Sample], then: Sequence[Sample], shift: float, points: int) -> Comparison:
    """The comparison of one series."""
    levels = level([value for _, value in now]), level([value for _, value in then])
    current, former = levels
    if current is None or former is None:
        return Comparison(labels, _one_sided(now, then, current, former), current, former)
    change = current.median - former.median
    share = relative(former.median, current.median)
    noise = _noise(now, then, shift, current, former)
    size = effect(change, noise, current.median, former.median, floor=_FLOOR)
    if min(current.count, former.count) < max(_LEAST_POINTS, _LEAST_COVERED * points):
        return Comparison(labels, "too short", current, former, size, share)
    return Comparison(labels, _verdict(current, former, size, share), current, former, size, share)


def _one_sided(now: Sequence[Sample], then: Sequence[Sample], current: Level | None, former: Level | None) -> Verdict:
    """The verdict on a series without a finite value at one time: NaN, such as 0/0, is not the same as no data."""
    if current is None and former is None:
        return "not finite"
    if current is None:
        return "not finite now" if now else "gone"
    return "not finite then" if then else "new"


def _verdict(now: Level, then: Level, size: float, share: float) -> Verdict:
    if abs(size) >= NOTABLE_EFFECT and abs(share) >= NOTABLE_SHARE:
        return "higher" if size > 0 else "lower"
    # The spread of a nearly constant series is not significant.
    least = _FLOOR * max(abs(now.median), abs(then.median))
    wide, narrow = max(now.spread, least), max(then.spread, least)
    if wide > narrow * _NOTABLE_SPREAD and wide > 0:
        return "wider"
    return "steadier" if narrow > wide * _NOTABLE_SPREAD and narrow > 0 else "unchanged"


def _noise(now: Sequence[Sample], then: Sequence[Sample], shift: float, current: Level, former: Level) -> float:
    """The random difference between two samples at the same time of day.

    A pattern that both times share, such as a morning peak, is part of their spread but not of their differences.
    """
    known = {round(time + shift, 3): value for time, value in then if math.isfinite(value)}
    differences = [
        value - known[round(time, 3)] for time, value in now if round(time, 3) in known and math.isfinite(value)
    ]
    if len(differences) >= max(_LEAST_POINTS, min(current.count, former.count) / 2):
        return spread(differences) / math.sqrt(2)
    return statistics.fmean((current.spread, former.spread))


def _rank(found: Comparison) -> tuple[int, float, list[tuple[str, str]]]:
    changed = ("higher", "lower"), ("new", "gone", "not finite now", "not finite then"), ("wider",), ("steadier",)
    order = {verdict: rank for rank, verdicts in enumerate(changed) for verdict in verdicts}
    order |= {"not finite": 5, "too short": 6, "no history": 7}
    return order.get(found.verdict, 4), -abs(found.effect), sorted(found.labels.items())


def _key(labels: Labels) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))
