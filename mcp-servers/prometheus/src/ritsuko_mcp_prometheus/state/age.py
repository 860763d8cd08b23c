"""The age of a time."""

from datetime import datetime

from ritsuko_common.durations import format_age


def age(moment: datetime | None, now: float) -> str:
    """`3h12m`; empty for Go's zero time (the year 1)."""
    return format_age(now - moment.timestamp()) if moment is not None and moment.year >= 1970 else ""
