"""Times as the API writes them: RFC 3339, UTC, whole seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_DURATION = re.compile(r"(\d+)(h|m|s)")
_SECONDS = {"h": 3600, "m": 60, "s": 1}


def parse(text: str) -> datetime:
    """Raises `ValueError` if the text is no time."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def later(start: str, seconds: float) -> str:
    """The time that many seconds after `start`."""
    return text(parse(start) + timedelta(seconds=seconds))


def until(end: str, now: str) -> float:
    """Seconds from `now` until `end`; negative if that is over."""
    return (parse(end) - parse(now)).total_seconds()


def since(start: str, now: str) -> float:
    """Seconds from `start` until `now`; 0 without a start."""
    return -until(start, now) if start else 0.0


def seconds(duration: str) -> float:
    """A duration such as 720h or 1h30m, in seconds."""
    return float(sum(int(number) * _SECONDS[unit] for number, unit in _DURATION.findall(duration)))


def in_words(span: float) -> str:
    """A span in seconds in the one unit that fits, such as "9 min"."""
    for unit, size in (("days", 86400), ("h", 3600), ("min", 60)):
        if span >= 2 * size:
            return f"{round(span / size)} {unit}"
    return f"{max(1, round(span))} s"
