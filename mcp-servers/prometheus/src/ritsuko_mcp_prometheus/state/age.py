"""How long ago something was."""

from datetime import datetime

from ritsuko_mcp_common.times import format_duration


def age(moment: datetime | None, now: float) -> str:
    """`3h12m`, to two units; nothing for a moment that never was (Go writes the year 1)."""
    if moment is None or moment.year < 1970:
        return ""
    seconds = max(0.0, now - moment.timestamp())
    step = next(unit for unit in (86400, 3600, 60, 1) if seconds >= unit or unit == 1)
    # The unit below the largest is enough: 3d2h, 2h5m, 4m10s.
    precision = {86400: 3600, 3600: 60, 60: 1, 1: 1}[step]
    return format_duration(seconds // precision * precision)
