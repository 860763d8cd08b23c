"""Axes: their ranges and ticks."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

_HOUR, _DAY = 3600.0, 86400.0
_TIME_STEPS = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, _HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR,
    _DAY, 2 * _DAY, 7 * _DAY, 14 * _DAY, 28 * _DAY,
)  # fmt: skip
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")
_DECIMAL = ("", "k", "M", "G", "T", "P")
_LARGEST_PLAIN = 1e18
_ALIKE, _SMALLEST = 1e-12, 1e-290
"""Values that are closer than this, relatively or absolutely, are drawn as one."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`, with a text at each of the `ticks`."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def share(self, value: float) -> float:
        """How far along the axis a value is: 0 at its low end, 1 at its high one."""
        return (value - self.low) / (self.high - self.low)


def value_axis(low: float, high: float, unit: str, ticks: int = 5) -> Axis:
    """An axis that contains both values, and starts at zero if that is near. `unit` is one of `presentation.units`."""
    if low >= 0 and low <= high * 0.6:
        low = 0.0
    if high - low <= max(abs(low), abs(high)) * _ALIKE or high - low < _SMALLEST:
        low, high = (low - 1, high + 1) if abs(low) < _SMALLEST else (low - abs(low) * 0.1, high + abs(high) * 0.1)
        low = 0.0 if low < 0 < high and high - low < 2 else low
    size, suffix = _scale(max(abs(low), abs(high)), unit)
    step = _nice((high - low) / size / ticks) * size
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return Axis(
        first * step,
        last * step,
        tuple((index * step, _written(index * step / size, step / size, suffix)) for index in range(first, last + 1)),
    )


def time_axis(start: float, end: float, ticks: int = 8) -> Axis:
    """An axis over exactly this time, with ticks at round times of day (UTC)."""
    step = next((step for step in _TIME_STEPS if (end - start) / step <= ticks), (end - start) / ticks)
    first = math.ceil(start / step)
    moments = [index * step for index in range(first, math.floor(end / step) + 1)]
    return Axis(start, end, tuple((moment, _moment(moment, step, end - start)) for moment in moments))


def _moment(moment: float, step: float, span: float) -> str:
    at = datetime.fromtimestamp(moment, UTC)
    if step >= _DAY:
        return f"{at:%b} {at.day}"
    clock = f"{at:%H:%M:%S}" if step < 60 else f"{at:%H:%M}"
    return f"{at:%b} {at.day}" if clock.strip("0:") == "" and span > _HOUR else clock


def _scale(largest: float, unit: str) -> tuple[float, str]:
    """The divisor of the numbers on the axis, and their suffix."""
    match unit:
        case "bytes" | "bytes/s":
            power = min(max(int(math.log2(largest) // 10), 0), len(_BINARY) - 1) if largest >= 1 else 0
            return 1024.0**power, f" {_BINARY[power]}{'/s' if unit == 'bytes/s' else ''}"
        case "seconds":
            steps = ((1e-3, " ms"), (1.0, " s"), (60.0, " min"), (_HOUR, " h"), (_DAY, " d"))
            return next((scale for scale in reversed(steps) if largest >= scale[0] * 2), steps[0])
        case "percent":
            return 0.01, " %"
        case _:
            power = (
                min(max(int(math.log10(largest) // 3), 0), len(_DECIMAL) - 1) if 1e4 <= largest < _LARGEST_PLAIN else 0
            )
            return 1000.0**power, _DECIMAL[power] + (unit if unit == "/s" else "")


def _nice(step: float) -> float:
    """The least of 1, 2, 2.5 or 5 times a power of ten that is not less than the step."""
    magnitude = 10.0 ** math.floor(math.log10(step))
    return next(factor * magnitude for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * magnitude >= step * (1 - 1e-9))


def _written(value: float, step: float, suffix: str) -> str:
    if value == 0:
        return f"0{suffix}"
    if not 1e-4 <= step < 1e15:
        return f"{value:.3g}{suffix}"
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    decimals += not math.isclose(step, round(step, decimals), rel_tol=1e-6)
    return f"{value:,.{decimals}f}{suffix}"
