"""How a series does now against how it did at another time: pure, on the samples of both."""

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
    "no number now",
    "no number then",
    "no number",
    "too short",
    "no history",
    "as before",
]

NOTABLE_EFFECT = 3.0
NOTABLE_SHARE = 0.1
_NOTABLE_SPREAD = 3.0
_FLOOR = 0.01
_LEAST_POINTS = 4
_LEAST_COVERED = 0.3


@dataclass(frozen=True, slots=True)
class Comparison:
    """One series: its level now and then, and what is to be said of that.

    `effect` is the change of the median in units of the noise, `share` the same change relative to the level then.
    """

    labels: Labels
    verdict: Verdict
    now: Level | None
    then: Level | None
    effect: float = 0.0
    share: float = 0.0

    @property
    def notable(self) -> bool:
        return self.verdict not in ("as before", "no number", "too short", "no history")


def judge_all(now: Sequence[Series], then: Sequence[Series], shift: float, points: int) -> list[Comparison]:
    """Every series of either time, the most notable first. The samples of `then` lie `shift` seconds before `now`.

    `points` is how many samples a series has that is there all the time.
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
    """Of a series without a finite value at one of the times: NaN, as 0/0 is, is not the same as nothing."""
    if current is None and former is None:
        return "no number"
    if current is None:
        return "no number now" if now else "gone"
    return "no number then" if then else "new"


def _verdict(now: Level, then: Level, size: float, share: float) -> Verdict:
    if abs(size) >= NOTABLE_EFFECT and abs(share) >= NOTABLE_SHARE:
        return "higher" if size > 0 else "lower"
    # What hardly moves at either time has no spread to speak of.
    least = _FLOOR * max(abs(now.median), abs(then.median))
    wide, narrow = max(now.spread, least), max(then.spread, least)
    if wide > narrow * _NOTABLE_SPREAD and wide > 0:
        return "wider"
    return "steadier" if narrow > wide * _NOTABLE_SPREAD and narrow > 0 else "as before"


def _noise(now: Sequence[Sample], then: Sequence[Sample], shift: float, current: Level, former: Level) -> float:
    """How far two samples at the same time of day lie apart by chance.

    A course that both times have in common, such as a morning's rise, is in their spread but not in their differences.
    """
    known = {round(time + shift, 3): value for time, value in then if math.isfinite(value)}
    differences = [
        value - known[round(time, 3)] for time, value in now if round(time, 3) in known and math.isfinite(value)
    ]
    if len(differences) >= max(_LEAST_POINTS, min(current.count, former.count) / 2):
        return spread(differences) / math.sqrt(2)
    return statistics.fmean((current.spread, former.spread))


def _rank(found: Comparison) -> tuple[int, float, list[tuple[str, str]]]:
    changed = ("higher", "lower"), ("new", "gone", "no number now", "no number then"), ("wider",), ("steadier",)
    order = {verdict: rank for rank, verdicts in enumerate(changed) for verdict in verdicts}
    order |= {"no number": 5, "too short": 6, "no history": 7}
    return order.get(found.verdict, 4), -abs(found.effect), sorted(found.labels.items())


def _key(labels: Labels) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))
