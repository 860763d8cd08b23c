"""How long ago something was."""

from __future__ import annotations

from datetime import datetime, timedelta

from ritsuko_common.durations import format_age
from ritsuko_common.rfc3339 import parse_rfc3339_if_any


def age(since: str, now: datetime) -> str:
    """Time passed since an RFC 3339 time, as kubectl prints it; `since` itself if it is not a time."""
    moment = parse_rfc3339_if_any(since)
    return since if moment is None else format_age((now - moment).total_seconds())


def elapsed(moment: object, now: datetime) -> timedelta:
    """How long ago an RFC 3339 moment was; no time at all for what is not one."""
    since = parse_rfc3339_if_any(moment)
    return now - since if since is not None else timedelta()
