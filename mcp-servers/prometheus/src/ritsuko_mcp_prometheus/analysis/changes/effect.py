"""The effect size of a change at a moment, without I/O."""

import math
from dataclasses import dataclass

from ritsuko_mcp_prometheus.analysis.changes.candidates import Candidate
from ritsuko_mcp_prometheus.api.series import Labels, Series
from ritsuko_mcp_prometheus.presentation.units import unit_of
from ritsuko_mcp_prometheus.statistics.robust import effect, level, relative

FLOOR = 0.05
"""Share of the larger level: a smaller change is not notable, even of a constant series."""
LEAST_EFFECT = 3.0
_LEAST_POINTS = 3


@dataclass(frozen=True, slots=True)
class SeriesChange:
    """The change of one series of a candidate."""

    candidate: Candidate
    labels: Labels
    before: float
    after: float
    effect: float

    @property
    def unit(self) -> str:
        if self.candidate.statistic == "rate":
            return "bytes" if unit_of(self.candidate.metric) == "bytes" else ""
        return unit_of(self.candidate.metric)


def measure_change(candidate: Candidate, series: Series, moment: float, settled: float) -> SeriesChange | None:
    """The change between the samples up to `moment` and those after `settled` (both Unix seconds).

    None if either has too few samples. Samples in between are ignored: a rate there still covers the past.
    """
    before = [value for time, value in series.samples if time <= moment and math.isfinite(value)]
    after = [value for time, value in series.samples if time > settled and math.isfinite(value)]
    former, current = level(before), level(after)
    if former is None or current is None or min(former.count, current.count) < _LEAST_POINTS:
        return None
    noise = math.hypot(former.spread, current.spread) / math.sqrt(2)
    change = current.median - former.median
    size = effect(change, noise, former.median, current.median, floor=FLOOR)
    return SeriesChange(candidate, series.labels, former.median, current.median, size)


def rank(move: SeriesChange) -> tuple[float, float, str, list[tuple[str, str]]]:
    """The largest effect first; of equal ones the largest relative change."""
    share = relative(move.before, move.after)
    return -round(abs(move.effect), 6), -abs(share), move.candidate.metric, sorted(move.labels.items())
