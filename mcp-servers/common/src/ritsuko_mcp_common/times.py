"""Times and durations as people type them into a tool: `now`, `-1h`, `30m`, a date, a Unix timestamp."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from ritsuko_common import durations
from ritsuko_common.rfc3339 import format_rfc3339
from ritsuko_mcp_common.errors import ToolFailure

_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_RELATIVE = re.compile(r"(?:now)?\s*(?P<sign>[+-])\s*(?P<ahead>\w[\w.]*)|(?P<ago>\w[\w.]*)\s+ago")
_NUMBER = re.compile(r"\d{1,18}(?:\.\d{1,18})?")
_LONGEST = 64
_MILLISECONDS_FROM = 1e11  # As seconds this is the year 5138: a person who types it means milliseconds.
_WRITE_DURATION = "Write it like 30s, 5m, 1h30m or 7d."
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


def parse_duration(text: str) -> float:
    """Seconds in `30m`, `1h30m`, `1.5s` or a plain number of seconds; at most a century. Raises ToolFailure."""
    text = text.strip()
    if _NUMBER.fullmatch(text):
        seconds = float(text)
        if seconds > durations.LONGEST_SECONDS:
            raise ToolFailure(f"{text!r} is longer than a century", _WRITE_DURATION)
        return seconds
    try:
        return durations.parse_duration(text)
    except ValueError as error:
        raise ToolFailure(str(error), _WRITE_DURATION) from None


def parse_time(text: str, *, now: float) -> float:
    """Unix seconds of `now`, `-1h`, `now-1h`, `2h ago`, an ISO 8601 time (UTC unless it says otherwise) or a timestamp.

    Raises ToolFailure, also for a moment before 1970 or after 9998.
    """
    moment = _moment(text.strip()[:_LONGEST], now)
    if not 0 <= moment < _LATEST:
        raise ToolFailure(f"{text[:_LONGEST]!r} is outside the years 1970 to 9998", "Use a time in that range.")
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
                f"{text!r} is a time without a date",
                f"Add the date, in UTC: {today:%Y-%m-%d}T{hour:0>2}:{rest}Z.",
            ) from None
        raise ToolFailure(
            f"{text!r} is not a time", "Write now, -1h, a date and time like 2026-01-31T14:00:00Z, or a Unix timestamp."
        ) from None


def format_time(seconds: float) -> str:
    """Unix seconds as `2026-01-31T14:00:00Z`, with milliseconds only when there are any."""
    moment = datetime.fromtimestamp(round(seconds, 3), UTC)
    return format_rfc3339(moment, "milliseconds" if moment.microsecond else "seconds")
