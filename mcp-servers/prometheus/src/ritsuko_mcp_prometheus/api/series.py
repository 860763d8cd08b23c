"""Series of an answer, and what can be said of each without its points."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

PLAIN_NAME = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*")
_MANY_COLUMNS = 8
_LONGEST_SUBJECT = 100
Labels = dict[str, str]
Sample = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Histogram:
    """A native histogram at one moment: how many observations, their sum, and the bounds that all lie within."""

    time: float
    count: float
    sum: float
    low: float
    high: float

    @property
    def mean(self) -> float:
        """NaN without observations."""
        return self.sum / self.count if self.count else math.nan


@dataclass(frozen=True, slots=True)
class Series:
    """One time series: its labels (`__name__` among them) and (Unix seconds, value) pairs in time order.

    Native histograms have no single value and are not among the samples.
    """

    labels: Labels
    samples: list[Sample]
    histograms: Sequence[Histogram] = ()

    @property
    def name(self) -> str:
        return self.labels.get("__name__", "")

    @property
    def course(self) -> Sequence[Sample]:
        """The samples; of native histograms the mean observation at each moment."""
        return self.samples or [(one.time, one.mean) for one in self.histograms]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Over the samples that are numbers; `count` is of all of them, NaN included."""

    min: float
    median: float
    mean: float
    max: float
    last: float
    count: int


def statistics(samples: Sequence[Sample]) -> Statistics | None:
    """None for a series without samples. Infinities count; NaN (such as 0/0) is left out unless it is all there is."""
    if not samples:
        return None
    numbers = [value for _, value in samples if not math.isnan(value)] or [math.nan]
    return Statistics(min(numbers), median(numbers), _mean(numbers), max(numbers), samples[-1][1], len(samples))


def median(numbers: Sequence[float]) -> float:
    """Of at least one number: the middle one in order, or between the middle two."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    low, high = ordered[middle - 1], ordered[middle]
    return low if low == high else low / 2 + high / 2


def _mean(numbers: list[float]) -> float:
    # fsum refuses a mix of infinities and overflows at the edge of the range; division first stays inside it.
    if not all(map(math.isfinite, numbers)):
        return sum(numbers) / len(numbers)
    count = len(numbers)
    return (
        math.fsum(number / count for number in numbers)
        if max(map(abs, numbers)) > 1e300
        else math.fsum(numbers) / count
    )


def common_labels(series: Sequence[Series]) -> Labels:
    """Labels with the same value in every one of at least two series: said once, above the table."""
    if len(series) < 2:
        return {}
    shared = set(series[0].labels.items())
    for one in series[1:]:
        shared &= one.labels.items()
    return dict(sorted(shared))


def in_common(shared: Labels) -> str:
    """How a sentence about several series goes on with what `common_labels` found; nothing for nothing.

    "all up" would say how they are, so a name alone is called one.
    """
    if not shared:
        return ""
    return f"; each of metric {shared['__name__']}" if shared.keys() == {"__name__"} else f"; all {selector(shared)}"


def label_columns(series: Sequence[Series], shared: Labels) -> list[str]:
    """The labels that tell the series apart, the metric's name first."""
    names = {name for one in series for name in one.labels if name not in shared}
    return sorted(names, key=lambda name: (name != "__name__", name))


def folded_labels(series: Sequence[Series], columns: Sequence[str]) -> list[str]:
    """Those of the columns that are better one: many of them, of which most cells would be empty."""
    names = [name for name in columns if name != "__name__"]
    held = sum(name in one.labels for one in series for name in names)
    return names if len(names) > _MANY_COLUMNS and held < len(names) * len(series) / 2 else []


def selector(labels: Labels) -> str:
    """`up{job="node"}`: labels as PromQL writes them, a name that needs quotes in the way of Prometheus 3."""
    name = labels.get("__name__", "")
    inner = [f"{quoted_name(label)}={quoted(value)}" for label, value in sorted(labels.items()) if label != "__name__"]
    if name and not PLAIN_NAME.fullmatch(name):
        inner, name = [quoted(name), *inner], ""
    return f"{name}{{{', '.join(inner)}}}" if inner or not name else name


def subject(labels: Labels, promql: str) -> str:
    """What a sentence about one series of the query calls it: by its labels, or by the query where it has none left."""
    if labels:
        return selector(labels)
    asked = " ".join(promql.split())
    return asked if len(asked) <= _LONGEST_SUBJECT else "the query"


def selector_of(metric: str) -> str:
    """Selects every series of a metric, whatever its name; also where names in quotes are not known yet."""
    return metric if PLAIN_NAME.fullmatch(metric) else f"{{__name__={quoted(metric)}}}"


def quoted_name(label: str) -> str:
    """A label's name in a query."""
    return label if PLAIN_NAME.fullmatch(label) and ":" not in label else quoted(label)


def quoted(text: str) -> str:
    """A string literal of PromQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
