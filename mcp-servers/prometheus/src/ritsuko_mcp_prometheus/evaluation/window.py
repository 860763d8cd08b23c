"""The time range of a query."""

from ritsuko_api.envelope import TimeRange
from ritsuko_mcp_common.times import format_time, parse_duration, parse_time
from ritsuko_mcp_prometheus.errors import BadRequest


def parse_window(start: str, end: str, *, now: float) -> tuple[float, float]:
    """Unix seconds of both ends. Raises ToolFailure for an invalid time, and for a start that is not before the end."""
    first, last = parse_time(start, now=now), parse_time(end, now=now)
    if first >= last:
        raise BadRequest(
            f"the start ({format_time(first)}) is not before the end ({format_time(last)})",
            "Set start and end, for example start=-6h end=-3h.",
        )
    return first, last


def parse_length(duration: str, *, least: float) -> float:
    """Seconds of a duration that is at least `least` seconds long. Raises ToolFailure."""
    seconds = parse_duration(duration)
    if seconds < least:
        raise BadRequest(f"{duration!r} is too short", "Use at least a few minutes, for example 15m.")
    return seconds


def time_range(first: float, last: float) -> TimeRange:
    return TimeRange(start=format_time(first), end=format_time(last))
