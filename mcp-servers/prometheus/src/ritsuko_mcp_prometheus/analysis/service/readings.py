"""Figures now, just before and a day ago: how they are written, and which of them differ much. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from ritsuko_mcp_common.envelope import Row
from ritsuko_mcp_prometheus.analysis.service.signals import Line
from ritsuko_mcp_prometheus.presentation.numbers import format_value
from ritsuko_mcp_prometheus.statistics.robust import format_relative, relative

_MUCH = 1.5
_LEAST_SHARE = 0.005
_MOST_TOLD = 4


@dataclass(frozen=True, slots=True)
class Figure:
    """A line and what came of it; a time at which there is nothing has None. `at_least`: it may be more."""

    line: Line
    value: float | None = None
    before: float | None = None
    day_ago: float | None = None
    at_least: bool = False
    failure: str = ""


def row(one: Figure) -> Row:
    """The figure as people read it, with its query."""
    line, note = one.line, one.line.note
    if not line.query:
        value = "absent"
    elif one.failure:
        value, note = "failed", one.failure
    elif one.value is None:
        value, note = "none", note or "no requests in this time, or too few samples for a rate"
    else:
        value = f"≥ {written(one.value, line.unit)}" if one.at_least else written(one.value, line.unit)
        note = "above the highest bound of its buckets, however far" if one.at_least else note
    known = one.value is not None and one.before is not None
    cells: dict[str, JsonValue] = {"signal": line.signal, "value": value}
    cells["before"] = "" if one.value is None or one.before is None else written(one.before, line.unit)
    cells["change"] = format_relative(relative(one.before or 0.0, one.value or 0.0)) if known else ""
    cells["a day ago"] = "" if one.value is None or one.day_ago is None else written(one.day_ago, line.unit)
    return {**cells, "found by": line.source, "note": note, "query": line.query}


def differing(told: Sequence[Figure], *, earlier: bool = True) -> list[Figure]:
    """Those that are half as much again or more, or have shrunk as far; of durations one.

    Compared with a day ago, or, without `earlier`, with the time just before.
    """
    found: list[Figure] = []
    for one in sorted(told, key=lambda one: one.line.signal == "duration p99"):
        former = one.day_ago if earlier else one.before
        if one.value is None or former is None or not _much(former, one.value, one.line.unit):
            continue
        is_duration = one.line.signal.startswith("duration")
        if not (is_duration and any(other.line.signal.startswith("duration") for other in found)):
            found.append(one)
    return found[:_MOST_TOLD]


def said_of(changed: Sequence[Figure], told: Sequence[Figure], *, earlier: bool = True) -> str:
    """`errors 1 % to 20 %; ...` of what `differing` found among those told."""
    signals = Counter(one.line.signal for one in told)
    said: list[str] = []
    for one in changed:
        former = (one.day_ago if earlier else one.before) or 0.0
        of = f" of {one.line.source}" if one.line.signal == "level" or signals[one.line.signal] > 1 else ""
        unit = one.line.unit
        said.append(f"{one.line.signal}{of} {written(former, unit)} to {written(one.value or 0.0, unit)}")
    return "; ".join(said)


def written(value: float, unit: str) -> str:
    """`12.5 %`, `300 ms`, `10/s`, `0.2 cores`, `1 GiB`."""
    if unit == "share":
        return f"{value * 100:.3g} %"
    if unit in ("/s", "cores"):
        return f"{value:,.3g}{unit}" if unit == "/s" else f"{value:.3g} cores"
    return format_value(value, unit)


def _much(former: float, value: float, unit: str) -> bool:
    if unit == "share" and abs(value - former) < _LEAST_SHARE:
        return False
    low, high = sorted((abs(former), abs(value)))
    return high > low * _MUCH
