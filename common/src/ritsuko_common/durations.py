"""Durations in seconds, their notation in Go, Kubernetes and PromQL (`30m`, `1h30m`, `2d`), and ages."""

from __future__ import annotations

import re

# The notation of PromQL: https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
_UNITS = {"y": 365 * 86400.0, "w": 7 * 86400.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
# PromQL has no fractions; Go has, and people write 1.5h.
_DURATION = re.compile("".join(rf"(?:(\d+(?:\.\d+)?){unit})?" for unit in ("y", "w", "d", "h", "m(?!s)", "s", "ms")))
_LONGEST = 64
LONGEST_SECONDS = 100 * _UNITS["y"]


def parse_duration(text: str) -> float:
    """Seconds in `30m`, `1h30m`, `1.5h` or `2d`, units from the largest to the smallest; at most a century.

    Raises `ValueError`, with a message that quotes the text.
    """
    match = _DURATION.fullmatch(text) if 0 < len(text) <= _LONGEST else None
    if match is None:
        raise ValueError(f"{text[:_LONGEST]!r} is not a duration")
    seconds = sum(float(part) * unit for part, unit in zip(match.groups(), _UNITS.values(), strict=True) if part)
    if seconds > LONGEST_SECONDS:
        raise ValueError(f"{text!r} is longer than a century")
    return seconds


def format_duration(seconds: float) -> str:
    """`1h30m` for 5400: the notation that `parse_duration` and PromQL take, exact to the millisecond."""
    left = round(seconds * 1000)
    text = ""
    for name in ("d", "h", "m", "s", "ms"):
        count, left = divmod(left, round(_UNITS[name] * 1000))
        if count:
            text += f"{count}{name}"
    return text or "0s"


def format_age(seconds: float) -> str:
    """How long ago, in one or two units: `45s`, `4m10s`, `12m`, `5h3m`, `3d2h`, `2y35d`. What is to come is `0s`.

    The steps are kubectl's: https://github.com/kubernetes/apimachinery/blob/master/pkg/util/duration/duration.go
    """
    whole = max(0, int(seconds))
    minutes, hours, days, years = whole // 60, whole // 3600, whole // 86400, whole // (365 * 86400)
    if whole < 120:
        return f"{whole}s"
    if minutes < 10:
        return _two(minutes, "m", whole % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _two(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _two(days, "d", hours % 24, "h")
    if years < 2:
        return f"{days}d"
    if years < 8:
        return _two(years, "y", days % 365, "d")
    return f"{years}y"


def _two(large: int, unit: str, small: int, smaller_unit: str) -> str:
    return f"{large}{unit}{small}{smaller_unit}" if small else f"{large}{unit}"
