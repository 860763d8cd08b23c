"""Points in time and durations as people type them: `now`, `-1h`, `30m`, a date, a Unix timestamp."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ritsuko_mcp_common.errors import ToolFailure

# The notation of PromQL: https://prometheus.io/docs/prometheus/latest/querying/basics/#float-literals-and-time-durations
_UNITS = {"y": 365 * 86400.0, "w": 7 * 86400.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
# PromQL has no fractions; people write 1.5h.
_DURATION = re.compile("".join(rf"(?:(\d+(?:\.\d+)?){unit})?" for unit in ("y", "w", "d", "h", "m(?!s)", "s", "ms")))
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_RELATIVE = re.compile(r"(?:now)?\s*(?P<sign>[+-])\s*(?P<ahead>\w[\w.]*)|(?P<ago>\w[\w.]*)\s+ago")
_NUMBER = re.compile(r"\d{1,18}(?:\.\d{1,18})?")
_LONGEST = 64
_MOST_SECONDS = 100 * _UNITS["y"]
_MILLISECONDS_FROM = 1e11  # As seconds this is the year 5138: whoever types it means milliseconds.
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


def parse_duration(text: str) -> float:
    """Seconds in `30m`, `1h30m`, `1.5s` or a plain number of seconds; at most a century. Raises ToolFailure."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        seconds = float(text)
    else:
        match = _DURATION.fullmatch(text) if 0 < len(text) <= _LONGEST else None
        if match is None:
            raise ToolFailure(f"{text[:_LONGEST]!r} is not a duration", "Write it like 30s, 5m, 1h30m or 7d.")
        seconds = sum(float(part) * unit for part, unit in zip(match.groups(), _UNITS.values(), strict=True) if part)
    if seconds > _MOST_SECONDS:
        raise ToolFailure(f"{text!r} is longer than a century", "Give a shorter time.")
    return seconds


def parse_time(text: str, *, now: float) -> float:
    """Unix seconds of `now`, `-1h`, `now-1h`, `2h ago`, an ISO 8601 time (UTC unless it says otherwise) or a timestamp.

    Raises ToolFailure, also for a moment before 1970 or after 9998.
    """
    moment = _moment(text.strip()[:_LONGEST], now)
    if not 0 <= moment < _LATEST:
        raise ToolFailure(f"{text[:_LONGEST]!r} lies outside the years 1970 to 9998", "Give a nearer time.")
    return moment


def _moment(text: str, now: float) -> float:
    if text.lower() == "now":
        return now
    if _NUMBER.fullmatch(text):
        seconds = float(text)
        return seconds / 1000 if seconds >= _MILLISECONDS_FROM else seconds
    if relative := _RELATIVE.fullmatch(text.lower()):
        if ago := relative["ago"]:
            return now - parse_duration(ago)
        offset = parse_duration(relative["ahead"])
        return now + offset if relative["sign"] == "+" else now - offset
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        if _CLOCK.fullmatch(text):
            hour, _, rest = text.partition(":")
            today = datetime.fromtimestamp(now, UTC)
            raise ToolFailure(
                f"{text!r} is a time without a day",
                f"Write the day before it, in UTC: {today:%Y-%m-%d}T{hour:0>2}:{rest}Z.",
            ) from None
        raise ToolFailure(
            f"{text!r} is not a time", "Write now, -1h, a date and time like 2026-01-31T14:00:00Z, or a Unix timestamp."
        ) from None


def format_time(seconds: float) -> str:
    """`2026-01-31T14:00:00Z`, with milliseconds only when there are any."""
    moment = datetime.fromtimestamp(round(seconds, 3), UTC)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def format_duration(seconds: float) -> str:
    """`1h30m` for 5400: the notation that `parse_duration` and PromQL take, so that it can be typed back."""
    left = round(seconds * 1000)
    text = ""
    for name in ("d", "h", "m", "s", "ms"):
        count, left = divmod(left, round(_UNITS[name] * 1000))
        if count:
            text += f"{count}{name}"
    return text or "0s"
