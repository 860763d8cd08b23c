"""Labels of several series: what they share, which tell them apart, and how a table or sentence shows them."""

from collections.abc import Sequence

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_prometheus.api.series import Labels, Series
from ritsuko_mcp_prometheus.promql.selectors import selector

_MANY_COLUMNS = 8
_LONGEST_SUBJECT = 100


def common_labels(series: Sequence[Series]) -> Labels:
    """Labels with the same value in each of at least two series: shown once, above the table."""
    if len(series) < 2:
        return {}
    shared = set(series[0].labels.items())
    for one in series[1:]:
        shared &= one.labels.items()
    return dict(sorted(shared))


def in_common(shared: Labels) -> str:
    """The end of a sentence about several series, from `common_labels`; empty without common labels.

    "all match up" would read like a state, so a name alone is called a metric.
    """
    if not shared:
        return ""
    return (
        f"; all of metric {shared['__name__']}" if shared.keys() == {"__name__"} else f"; all match {selector(shared)}"
    )


def label_columns(series: Sequence[Series], shared: Labels) -> list[str]:
    """The labels that distinguish the series, the metric name first."""
    names = {name for one in series for name in one.labels if name not in shared}
    return sorted(names, key=lambda name: (name != "__name__", name))


def folded_labels(series: Sequence[Series], columns: Sequence[str]) -> list[str]:
    """The columns to fold into one: there are many, and most of their cells would be empty."""
    names = [name for name in columns if name != "__name__"]
    held = sum(name in one.labels for one in series for name in names)
    return names if len(names) > _MANY_COLUMNS and held < len(names) * len(series) / 2 else []


def subject(labels: Labels, promql: str) -> str:
    """The subject of a sentence about one series: its labels, or the query if it has none."""
    if labels:
        return selector(labels)
    asked = " ".join(promql.split())
    return asked if len(asked) <= _LONGEST_SUBJECT else "the query"


def label_cells(labels: Labels, columns: Sequence[str], reserved: frozenset[str]) -> Row:
    """A cell for each column; a label named like one of the `reserved` columns becomes `label:...`."""
    cells: dict[str, JsonValue] = {}
    for name in columns:
        column = "metric" if name == "__name__" else name
        cells[f"label:{column}" if name in reserved else column] = labels.get(name, "")
    return cells
