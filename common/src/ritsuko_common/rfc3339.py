"""RFC 3339, the notation of time in every API that we meet. Inside a program a time is an aware `datetime`."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,18})?(?:[Zz]|[+-]\d\d:\d\d)")


def parse_rfc3339(text: str) -> datetime:
    """The time in UTC. What is finer than a microsecond is cut off. Raises `ValueError` if the text is not RFC 3339."""
    # The longest text that matches has 44 characters; none longer is worth a search, or a place in a message.
    if _TIME.fullmatch(text[:64]) is None:
        raise ValueError(f"{text[:64]!r} is not an RFC 3339 time such as 2026-01-31T14:00:00Z")
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} is outside the years 1 to 9999") from error


def parse_rfc3339_if_any(text: object) -> datetime | None:
    """The time of a field that may be missing, null or not a time at all."""
    try:
        return parse_rfc3339(text) if isinstance(text, str) else None
    except ValueError:
        return None


def format_rfc3339(moment: datetime, precision: Literal["seconds", "milliseconds", "microseconds"] = "seconds") -> str:
    """`2026-01-31T14:00:00Z`. Kubernetes writes whole seconds, but microseconds in `MicroTime` fields."""
    return moment.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
