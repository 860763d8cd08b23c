"""Which metrics of a scope to examine, and which statistic of each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Statistic = Literal["rate", "level", "p90", "mean"]

# These describe an object or its creation time, not its state.
_STILL = re.compile(r"_(?:info|created|build_info|labels|annotations|timestamp|timestamp_seconds|time_seconds)$")
_COUNTERS = re.compile(r"_(?:total|count)$")
_MOST_APART = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statistic of a metric in the scope, with its query and its number of series.

    `screened_metrics` are the metrics whose snapshots show whether it changed; they have `screened_series` series.
    """

    metric: str
    statistic: Statistic
    query: str
    series: int
    screened_metrics: tuple[str, ...]
    screened_series: int


def candidates(counts: Mapping[str, int], types: Mapping[str, str], scope: str, rate_range: str) -> list[Candidate]:
    """One for each metric that can change, by name.

    `counts` has the number of series of each metric in the scope, `types` the known types, `scope` the matchers
    (`namespace="shop"`). Of a metric with many series the sum is examined, or the mean of a level.
    """
    found: list[Candidate] = []
    for metric in sorted(counts):
        series = counts[metric]
        base, _, kind = metric.rpartition("_")
        parts = (f"{base}_sum", f"{base}_count")
        summed = counts.get(parts[0], 0) + counts.get(parts[1], 0) if set(parts) <= counts.keys() else 0
        if _STILL.search(metric) or (kind == "sum" and summed and f"{base}_bucket" in counts):
            continue
        if kind == "bucket" and summed:
            query = f"histogram_quantile(0.9, sum by (le) (rate({metric}{{{scope}}}[{rate_range}])))"
            found.append(Candidate(base, "p90", query, series, parts, summed))
        elif kind == "sum" and summed:
            query = " / ".join(f"sum(rate({part}{{{scope}}}[{rate_range}]))" for part in parts)
            found.append(Candidate(base, "mean", query, summed, parts, summed))
        elif _is_counter(metric, types):
            rate = f"rate({metric}{{{scope}}}[{rate_range}])"
            query = rate if series <= _MOST_APART else f"sum({rate})"
            found.append(Candidate(metric, "rate", query, series, (metric,), series))
        elif kind != "bucket":
            level = f"{metric}{{{scope}}}"
            query = level if series <= _MOST_APART else f"avg({level})"
            found.append(Candidate(metric, "level", query, series, (metric,), series))
    return found


def most_changed(
    found: Sequence[Candidate], changes: Mapping[str, float], metrics: int, series: int
) -> list[Candidate]:
    """The candidates that changed most, within limits on metrics and series; none without a change."""
    taken: list[Candidate] = []
    used = 0
    for one in sorted(found, key=lambda one: (-changes.get(one.metric, 0.0), one.series, one.metric)):
        if changes.get(one.metric, 0.0) > 0 and len(taken) < metrics and used + one.series <= series:
            used += one.series
            taken.append(one)
    return taken


def _is_counter(metric: str, types: Mapping[str, str]) -> bool:
    known = types.get(metric) or types.get(metric.removesuffix("_total"), "")
    return known == "counter" if known in ("counter", "gauge") else bool(_COUNTERS.search(metric))
