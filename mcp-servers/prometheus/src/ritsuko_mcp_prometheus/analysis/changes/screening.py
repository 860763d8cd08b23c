"""Screening of a scope: four snapshots of all its metrics, and how much each changed between them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from ritsuko_mcp_prometheus.analysis.changes.candidates import Candidate
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.api.series import Series
from ritsuko_mcp_prometheus.promql.selectors import any_of

_MOST_SERIES = 10_000
_Key = tuple[tuple[str, str], ...]


def screenable(found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates whose snapshots are small enough to read, fewest series first."""
    taken: list[Candidate] = []
    used = 0
    for one in sorted(found, key=lambda one: (one.series, one.metric)):
        if used + one.screened_series <= _MOST_SERIES:
            used += one.screened_series
            taken.append(one)
    return taken


async def rough_changes(
    client: PrometheusClient, found: Sequence[Candidate], scope: str, start: float, moment: float, end: float
) -> dict[str, float]:
    """For each metric, by how much its most changed series changed around the moment, from 0 to 1.

    A counter or histogram is judged by its increase. A series that appeared or disappeared has changed by 1.
    """
    names = sorted({name for one in found for name in one.screened_metrics})
    if not names:
        return {}
    query = f"{{{scope}, {any_of(names)}}}"
    times = (start, moment, (moment + end) / 2, end)
    answers = await asyncio.gather(*(client.query(query, at) for at in times))
    snapshots = [_values(answer.series) for answer in answers]
    changes: dict[str, float] = {}
    share = (end - moment) / (moment - start)
    for one in found:
        keys = {key for name in one.screened_metrics for snapshot in snapshots for key in snapshot.get(name, {})}
        changes[one.metric] = max((_change(one, snapshots, key, share) for key in keys), default=0.0)
    return changes


def _values(series: Iterable[Series]) -> dict[str, dict[_Key, float]]:
    found: dict[str, dict[_Key, float]] = {}
    for one in series:
        if one.samples:
            key = tuple(sorted((name, text) for name, text in one.labels.items() if name != "__name__"))
            found.setdefault(one.name, {})[key] = one.samples[0][1]
    return found


def _change(one: Candidate, snapshots: Sequence[Mapping[str, Mapping[_Key, float]]], key: _Key, share: float) -> float:
    values = [[snapshot.get(name, {}).get(key) for snapshot in snapshots] for name in one.screened_metrics]
    if any(value is None for row in values for value in row[1:]):
        return 1.0
    if one.statistic == "level":
        # The moment is approximate: a change shortly before it differs from the start only.
        start, before, *after = (value or 0.0 for value in values[0])
        return max(_difference(former, value) for former in (start, before) for value in after)
    before, after = zip(*((_growth(row[0], row[1]), _growth(row[1], row[3]) / share) for row in values), strict=True)
    if len(values) == 2:  # Sum and count: the mean observation.
        before = (before[0] / before[1] if before[1] else 0.0,)
        after = (after[0] / after[1] if after[1] else 0.0,)
    return _difference(before[0], after[0])


def _growth(earlier: float | None, later: float | None) -> float:
    """The increase of a counter, which restarts at 0 with its process."""
    if earlier is None or later is None or later < earlier:
        return later or 0.0
    return later - earlier


def _difference(before: float, after: float) -> float:
    largest = max(abs(before), abs(after))
    return abs(after - before) / largest if largest > 0 else 0.0
