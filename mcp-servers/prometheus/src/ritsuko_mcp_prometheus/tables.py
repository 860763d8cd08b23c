"""Series as rows of a table: one column a label that tells them apart, then the figures."""

from collections.abc import Iterable, Sequence

from pydantic import JsonValue

from ritsuko_mcp_common.envelope import Row
from ritsuko_mcp_common.times import format_time

from .series import Labels, Series, statistics
from .values import format_value, json_number, sparkline, unit_of

_FIGURES = frozenset({"metric", "value", "reads", "time", "min", "max", "mean", "last", "count", "trend"})


def value_rows(page: Sequence[Series], columns: Sequence[str]) -> list[Row]:
    """A row a series with its one value. `reads` is there when a unit makes the bare number hard to read."""
    readable = any(unit_of(series.name) in ("bytes", "timestamp") for series in page)
    rows: list[Row] = []
    for series in page:
        row = _labels(series.labels, columns)
        row["value"] = json_number(series.samples[0][1]) if series.samples else "histogram"
        if readable:
            row["reads"] = format_value(series.samples[0][1], unit_of(series.name)) if series.samples else ""
        rows.append(row)
    return rows


def statistics_rows(page: Sequence[Series], columns: Sequence[str], start: float, end: float) -> list[Row]:
    """A row a series: min, max, mean, last, the number of points, and the course from start to end as a sparkline."""
    rows: list[Row] = []
    for series in page:
        row = _labels(series.labels, columns)
        found = statistics(series.samples)
        for figure in ("min", "max", "mean", "last"):
            row[figure] = json_number(getattr(found, figure)) if found else "histogram"
        row["count"] = found.count if found else series.histograms
        row["trend"] = sparkline(series.samples, start, end) if found else ""
        rows.append(row)
    return rows


def point_rows(points: Iterable[tuple[Series, float, float]], columns: Sequence[str]) -> list[Row]:
    """A row a point: (series, Unix seconds, value)."""
    rows: list[Row] = []
    for series, time, value in points:
        rows.append({**_labels(series.labels, columns), "time": format_time(time), "value": json_number(value)})
    return rows


def _labels(labels: Labels, columns: Sequence[str]) -> Row:
    row: dict[str, JsonValue] = {}
    for name in columns:
        row[_column(name)] = labels.get(name, "")
    return row


def _column(label: str) -> str:
    if label == "__name__":
        return "metric"
    return f"label:{label}" if label in _FIGURES else label
