"""The window of time that a caller means by `since` and `until`."""

import re

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import parse_duration, parse_time

_CLOCKS_APART = 60.0
"""How far a node's clock may be ahead: "until now" must not cut its newest lines."""

# From 2001 on. As seconds ago it would be more than thirty years.
_TIMESTAMP = re.compile(r"\d{10,18}(?:\.\d{1,18})?")


def parse_window(since: str, until: str, now: float) -> tuple[float, float]:
    """The Unix seconds meant. `1h` and `-1h` both mean an hour ago. Raises ToolFailure."""
    end = now if until == "now" else _moment(until, now)
    begin = _moment(since, now)
    if begin >= min(end, now):
        raise ToolFailure(
            f"the time range from {since} until {until} is empty", "since must be before until, like since=2h until=1h."
        )
    return begin, end + _CLOCKS_APART if until == "now" else end


def _moment(text: str, now: float) -> float:
    """What `parse_time` knows, and how long ago."""
    if _TIMESTAMP.fullmatch(text.strip()):
        return parse_time(text, now=now)
    try:
        return max(0.0, now - parse_duration(text))
    except ToolFailure:
        return parse_time(text, now=now)
