"""Series as rows of a table: a column per distinguishing label, then the values.

Labels that are `folded` are a structure in one column, flattened by `cells.flat` after redaction.
"""

from collections.abc import Sequence

from ritsuko_api.envelope import Row
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_prometheus.api.series import Histogram, Labels, Sample, Series
from ritsuko_mcp_prometheus.presentation.labels import label_cells
from ritsuko_mcp_prometheus.presentation.numbers import format_value, json_number, sparkline
from ritsuko_mcp_prometheus.presentation.units import unit_of
from ritsuko_mcp_prometheus.statistics.descriptive import statistics
from ritsuko_mcp_prometheus.statistics.trend import trend

Point = tuple[Series, Sample | Histogram]
_VALUE_COLUMNS = frozenset(
    {
        "metric",
        "value",
        "readable",
        "time",
        "count",
        "sum",
        "min",
        "median",
        "mean",
        "max",
        "last",
        "points",
        "trend",
        "sparkline",
        "from",
        "to",
    }
)


def value_rows(page: Sequence[Series], columns: Sequence[str], folded: Sequence[str] = ()) -> list[Row]:
    """A row per series with its value, and a `readable` form where the unit makes the bare number hard to read.

    For native histograms, the number of observations, their sum, mean and bounds are added.
    """
    readable = any(unit_of(series.name) in ("bytes", "timestamp") for series in page)
    histograms = any(series.histograms for series in page)
    rows: list[Row] = []
    for series in page:
        row = _labels(series.labels, columns, folded)
        row["value"] = json_number(series.samples[0][1]) if series.samples else "histogram"
        if readable:
            row["readable"] = format_value(series.samples[0][1], unit_of(series.name)) if series.samples else ""
        if histograms:
            row |= _observations(series.histograms[0] if series.histograms else None)
        rows.append(row)
    return rows


def statistics_rows(
    page: Sequence[Series], columns: Sequence[str], start: float, end: float, folded: Sequence[str] = ()
) -> list[Row]:
    """A row per series: statistics, number of points, trend and sparkline.

    Native histograms are shown by their mean observation.
    """
    rows: list[Row] = []
    for series in page:
        row = _labels(series.labels, columns, folded)
        found = statistics(series.scalar_samples)
        for figure in ("min", "median", "mean", "max", "last"):
            row[figure] = json_number(getattr(found, figure)) if found else ""
        if found:  # A computed value: the last digits of the division mean nothing.
            row["mean"] = json_number(float(f"{found.mean:.9g}"))
        row["points"] = found.count if found else 0
        row["trend"] = trend(series.scalar_samples)
        row["sparkline"] = sparkline(series.scalar_samples, start, end)
        rows.append(row)
    return rows


def points_of(series: Sequence[Series]) -> list[Point]:
    """Every point of every series."""
    return [(one, point) for one in series for point in (*one.samples, *one.histograms)]


def point_rows(
    points: Sequence[Point], columns: Sequence[str], *, histograms: bool, folded: Sequence[str] = ()
) -> list[Row]:
    """A row per point; with `histograms`, columns for those are added."""
    rows: list[Row] = []
    for series, point in points:
        row = _labels(series.labels, columns, folded)
        if isinstance(point, Histogram):
            row |= {"time": format_time(point.time), "value": "histogram", **_observations(point)}
        else:
            row |= {"time": format_time(point[0]), "value": json_number(point[1])}
            if histograms:
                row |= _observations(None)
        rows.append(row)
    return rows


def _observations(histogram: Histogram | None) -> Row:
    if histogram is None:
        return {"count": "", "sum": "", "mean": "", "from": "", "to": ""}
    return {
        "count": json_number(histogram.count),
        "sum": json_number(histogram.sum),
        "mean": json_number(histogram.mean),
        "from": json_number(histogram.low),
        "to": json_number(histogram.high),
    }


def _labels(labels: Labels, columns: Sequence[str], folded: Sequence[str]) -> Row:
    row = label_cells(labels, [name for name in columns if name not in folded], _VALUE_COLUMNS)
    if folded:
        row["labels"] = {name: labels[name] for name in folded if name in labels}
    return row
