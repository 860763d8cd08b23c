"""What a source is asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from ritsuko_api.envelope import TimeRange
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.query.conditions import Condition

Order = Literal["newest", "oldest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What to read: lines from `since` to `until` (Unix seconds, both exact, `since <= time < until`)."""

    since: float
    until: float
    follow: bool = False
    """After what is there already go on with new lines as they are written, until `until`."""
    namespace: str = ""
    """Empty: the server's own."""
    pod: str = ""
    """A name, its beginning, or a pattern with `*`; empty: all."""
    container: str = ""
    labels: str = ""
    """A Kubernetes label selector for pods, like `app=web,tier!=db`."""
    text: str = ""
    or_fields: tuple[tuple[str, str], ...] = ()
    """Lines with one of these fields and values are wanted as well as those with `text`."""
    exclude: str = ""
    """What a line must not have. A store leaves the whole entry out."""
    regex: bool = False
    """`text` and `exclude` are regular expressions (RE2)."""
    case_sensitive: bool = False
    level: str = ""
    """The minimum severity that a line must state."""
    fields: tuple[tuple[str, str], ...] = ()
    """Fields that a line must have with these values."""
    conditions: tuple[Condition, ...] = ()
    """What else its fields must be like; a store may give lines whether they are or not."""
    origin: Origin | None = None
    """Of a source with an index: only this container, whatever else is said of pods."""
    previous: bool = False
    """The run of each container before its last restart; only `pods` tells runs apart."""
    order: Order = "newest"
    limit: int = 0
    """Of a source with an index, for an exact query: only the first so many matching lines in `order`, and those of the
    same microsecond as the last of them; 0: all."""
    tail: int = 0
    """Of a source without: only so many newest lines of each container, whether they match or not; 0: all."""
    seconds: float = 0.0
    """How long reading may take; 0: what the settings allow one call. What is missing then stands in the coverage."""


def unconditional(query: Query) -> Query:
    """The same for every line of these pods in this time."""
    return replace(query, text="", or_fields=(), exclude="", level="", fields=(), conditions=())


def time_range(query: Query, now: float) -> TimeRange:
    """The window of a query, up to now at most."""
    return TimeRange(start=format_time(query.since), end=format_time(min(query.until, max(now, query.since))))
