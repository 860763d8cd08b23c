"""The step between the points of a range."""

from ritsuko_common.durations import format_duration
from ritsuko_common.steps import round_step
from ritsuko_mcp_common.times import parse_duration
from ritsuko_mcp_prometheus.errors import BadRequest

_AUTO_POINTS = 240
# Prometheus refuses more: "exceeded maximum resolution of 11,000 points per timeseries".
_MAX_POINTS = 11_000


def choose_step(start: float, end: float, wanted: str = "auto") -> float:
    """Seconds between points: the given step, or a round number for about 240 points. Raises ToolFailure."""
    span = end - start
    if wanted.strip().lower() == "auto":
        return round_step(span, _AUTO_POINTS)
    step = parse_duration(wanted)
    if step < 0.001:
        raise BadRequest("the step must be at least 1ms", "Omit it, or use a value such as 30s, 5m or 1h.")
    if span / step > _MAX_POINTS:
        raise BadRequest(
            f"a step of {format_duration(step)} over {format_duration(span)} is {span / step:,.0f} points per series; "
            f"Prometheus returns at most {_MAX_POINTS:,}",
            f"Use a step of {format_duration(choose_step(start, end))}, or omit it.",
        )
    return step


def first_point(start: float, end: float, step: float) -> float:
    """The first point at or after `start` such that the last point is the end, where the newest value is."""
    # In milliseconds, as in requests: a point one millisecond after the end would be missing.
    last, width = round(end * 1000), round(step * 1000)
    return (last - (last - round(start * 1000)) // width * width) / 1000
