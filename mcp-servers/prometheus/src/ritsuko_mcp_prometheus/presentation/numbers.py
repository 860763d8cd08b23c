"""Sample values, formatted for people and for JSON."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime

_SPARKS = "▁▂▃▄▅▆▇█"
_SPARK_WIDTH = 24
_GAP = "·"
# As Unix seconds: 2001-09-09 to 2286-11-20.
_PLAUSIBLE_TIMES = range(1_000_000_000, 10_000_000_000)


def json_number(value: float) -> float | int | str:
    """The value for JSON, which has no NaN or infinity: those become strings as Prometheus writes them."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else value


def format_value(value: float, unit: str = "") -> str:
    """A value with at most six significant digits, and with its unit if known."""
    if not math.isfinite(value):
        return str(json_number(value))
    if unit == "bytes" and abs(value) >= 1024:
        return _bytes(value)
    if unit == "timestamp" and int(value) in _PLAUSIBLE_TIMES:
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    if unit == "seconds" and 0 < abs(value) < 1:
        return f"{value * 1000:.3g} ms" if abs(value) >= 1e-6 else f"{value:.3g} s"
    suffix = {"bytes": " B", "seconds": " s"}.get(unit, "")
    if float(value).is_integer() and abs(value) < 1e15:
        return f"{int(value):,}{suffix}"
    if 1e-4 <= abs(value) < 1e6:
        return f"{value:,.6g}{suffix}" if abs(value) < 1000 else f"{value:,.2f}{suffix}"
    return f"{value:.4g}{suffix}"


def _bytes(value: float) -> str:
    magnitude = min(int(math.log2(abs(value)) // 10), 6)
    return f"{value / 1024**magnitude:.4g} {('B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB')[magnitude]}"


def sparkline(samples: Sequence[tuple[float, float]], start: float, end: float) -> str:
    """The series' course from `start` to `end` in 24 characters or fewer: means of equal slices, `·` where none is.

    The lowest slice is the shortest bar; a flat series is drawn in the middle.
    """
    width = min(_SPARK_WIDTH, max(len(samples), 1))
    span = max(end - start, 1e-9)
    slices: list[list[float]] = [[] for _ in range(width)]
    for time, value in samples:
        if math.isfinite(value):
            slices[max(0, min(int((time - start) / span * width), width - 1))].append(value)
    means = [math.fsum(part) / len(part) if part else None for part in slices]
    known = [mean for mean in means if mean is not None]
    if not known:
        return _GAP * width
    low, high = min(known), max(known)
    return "".join(_GAP if mean is None else _bar(mean, low, high) for mean in means)


def _bar(value: float, low: float, high: float) -> str:
    spread = high - low
    if not math.isfinite(spread):  # The difference of two huge values overflows; their order is still there.
        return _SPARKS[-1] if value == high else _SPARKS[0]
    if spread <= abs(high) * 1e-12:
        return _SPARKS[3]
    return _SPARKS[round((value - low) / spread * (len(_SPARKS) - 1))]
