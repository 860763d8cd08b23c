"""Units of metrics and queries, guessed from metric names."""

import re
from collections.abc import Sequence
from typing import Literal

from ritsuko_mcp_prometheus.api.series import Series
from ritsuko_mcp_prometheus.promql.metric_names import metric_names

Unit = Literal["", "/s", "bytes", "bytes/s", "seconds", "percent"]

_STRINGS = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`")
_PER_SECOND = re.compile(r"\b(?:rate|irate|deriv)\s*\(")
_OTHER = re.compile(
    r"[/^%]|\b(?:count|count_values|group|absent|absent_over_time|changes|resets|count_over_time|stdvar|timestamp|time"
    r"|ln|log2|log10|exp|sgn|bool)\b"
)
_HISTOGRAM = re.compile(r"\bhistogram_(?:quantile|avg)\s*\(")


def unit_of_query(promql: str, series: Sequence[Series]) -> Unit:
    """The unit, or an empty string where it can't be derived from metric names."""
    bare = _STRINGS.sub('""', promql)
    if _OTHER.search(bare):
        return ""
    names = {one.name for one in series if one.name} or set(metric_names(promql))
    units = {unit_of(name.removesuffix("_bucket")) for name in names}
    if len(units) != 1:
        return ""
    unit = units.pop()
    if _HISTOGRAM.search(bare) or not _PER_SECOND.search(bare):
        return "bytes" if unit == "bytes" else "seconds" if unit == "seconds" else ""
    # Seconds per second have no unit: they are a share of time, such as cores in use.
    return "bytes/s" if unit == "bytes" else "" if unit == "seconds" else "/s"


def unit_of(metric: str) -> str:
    """`bytes`, `seconds`, `timestamp` or an empty string, by the naming convention of Prometheus metrics.

    https://prometheus.io/docs/practices/naming/
    """
    if metric.endswith(("_timestamp_seconds", "_time_seconds", "_timestamp")):
        return "timestamp"
    base = metric.removesuffix("_total").removesuffix("_sum").removesuffix("_created")
    if base.endswith("_bytes"):
        return "bytes"
    return "seconds" if base.endswith("_seconds") else ""
