"""Readings of signals: now, just before and a day ago; their text, and which changed. Without I/O."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_prometheus.analysis.service.signals import Signal
from ritsuko_mcp_prometheus.presentation.numbers import format_value
from ritsuko_mcp_prometheus.statistics.robust import format_relative, relative

_MUCH = 1.5
_LEAST_SHARE = 0.005
_MOST_TOLD = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """A signal with its values; None means no data. `at_least`: the value is a lower bound."""

    signal: Signal
    value: float | None = None
    before: float | None = None
    day_ago: float | None = None
    at_least: bool = False
    failure: str = ""


def reading_row(one: Reading) -> Row:
    """The reading as a row, with its query."""
    signal, note = one.signal, one.signal.note
    if not signal.query:
        value = "absent"
    elif one.failure:
        value, note = "failed", one.failure
    elif one.value is None:
        value, note = "none", note or "no requests in this window, or too few samples for a rate"
    else:
        value = (
            f"≥ {format_reading(one.value, signal.unit)}" if one.at_least else format_reading(one.value, signal.unit)
        )
        note = "above the highest bucket bound" if one.at_least else note
    known = one.value is not None and one.before is not None
    cells: dict[str, JsonValue] = {"signal": signal.name, "value": value}
    cells["before"] = "" if one.value is None or one.before is None else format_reading(one.before, signal.unit)
    cells["change"] = format_relative(relative(one.before or 0.0, one.value or 0.0)) if known else ""
    cells["a day ago"] = "" if one.value is None or one.day_ago is None else format_reading(one.day_ago, signal.unit)
    return {**cells, "found by": signal.source, "note": note, "query": signal.query}


def changed_readings(told: Sequence[Reading], *, earlier: bool = True) -> list[Reading]:
    """The readings that rose or fell by 50% or more; at most one duration.

    Compared with a day ago, or without `earlier` with the window just before.
    """
    found: list[Reading] = []
    for one in sorted(told, key=lambda one: one.signal.name == "duration p99"):
        former = one.day_ago if earlier else one.before
        if one.value is None or former is None or not _much(former, one.value, one.signal.unit):
            continue
        is_duration = one.signal.name.startswith("duration")
        if not (is_duration and any(other.signal.name.startswith("duration") for other in found)):
            found.append(one)
    return found[:_MOST_TOLD]


def change_text(changed: Sequence[Reading], told: Sequence[Reading], *, earlier: bool = True) -> str:
    """`errors 1 % to 20 %; ...` for the result of `changed_readings`."""
    signals = Counter(one.signal.name for one in told)
    said: list[str] = []
    for one in changed:
        former = (one.day_ago if earlier else one.before) or 0.0
        of = f" of {one.signal.source}" if one.signal.name == "level" or signals[one.signal.name] > 1 else ""
        unit = one.signal.unit
        said.append(f"{one.signal.name}{of} {format_reading(former, unit)} to {format_reading(one.value or 0.0, unit)}")
    return "; ".join(said)


def format_reading(value: float, unit: str) -> str:
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
