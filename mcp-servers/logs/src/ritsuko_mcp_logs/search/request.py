"""What a caller asks, and where a page of the answer ended."""

import re
from dataclasses import dataclass

from pydantic import BaseModel, JsonValue

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import parse_duration, parse_time
from ritsuko_mcp_logs.query.conditions import Condition
from ritsuko_mcp_logs.search.ranking import Key
from ritsuko_mcp_logs.sources.collector_names import pods_named
from ritsuko_mcp_logs.sources.source import Order, Origin, Query

_CLOCKS_APART = 60.0
"""How far a node's clock may be ahead: "until now" must not cut its newest lines."""

# From 2001 on. As seconds ago it would be more than thirty years.
_TIMESTAMP = re.compile(r"\d{10,18}(?:\.\d{1,18})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What to search for and where, as it was asked."""

    text: str = ""
    exclude: str = ""
    namespace: str = ""
    pod: str = ""
    labels: str = ""
    container: str = ""
    level: str = ""
    fields: tuple[Condition, ...] = ()
    since: str = "1h"
    until: str = "now"
    regex: bool = False
    case_sensitive: bool = False
    previous: bool = False
    context: int = 0
    order: Order = "newest"
    limit: int = 50
    source: str = ""

    @property
    def fixed(self) -> JsonValue:
        """What may not change from page to page: all but the limit."""
        return [
            self.text, self.exclude, self.namespace, self.pod, self.labels, self.container, self.level,
            [str(one) for one in self.fields], self.since, self.until, self.regex, self.case_sensitive, self.previous,
            self.context, self.order, self.source,
        ]  # fmt: skip

    @property
    def described(self) -> str:
        """What a line must have, to go behind "lines": ` with "timeout" at level error or worse`."""
        text = f" matching /{self.text}/" if self.regex else f' with "{self.text}"'
        without = f" not matching /{self.exclude}/" if self.regex else f' without "{self.exclude}"'
        return (
            (text if self.text else "")
            + (f"{',' if self.text else ''}{without}" if self.exclude else "")
            + (f" at level {self.level} or worse" if self.level else "")
            + (f" where {', '.join(map(str, self.fields))}" if self.fields else "")
        )

    def query(self, since: float, until: float) -> Query:
        """The same for a source, in a window of Unix seconds."""
        return Query(
            since=since,
            until=until,
            namespace=self.namespace,
            pod=pods_named(self.pod),
            container=self.container,
            labels=self.labels,
            text=self.text,
            exclude=self.exclude,
            regex=self.regex,
            case_sensitive=self.case_sensitive,
            level=self.level,
            fields=tuple((one.name, one.value) for one in self.fields if one.operator == "="),
            conditions=tuple(one for one in self.fields if one.operator != "="),
            previous=self.previous,
            order=self.order,
        )


class Place(BaseModel):
    """The last line of a page, in a window that begins at `since` and ends at `until` on all its pages."""

    since: float
    until: float
    nanoseconds: int
    namespace: str
    pod: str
    container: str
    labels: tuple[tuple[str, str], ...] = ()
    nth: int

    @property
    def key(self) -> Key:
        """The place among all lines."""
        return Key(self.nanoseconds, Origin(self.namespace, self.pod, self.container, self.labels), self.nth)

    @classmethod
    def of(cls, key: Key, since: float, until: float) -> "Place":
        """The inverse of `key`."""
        origin = key.origin
        return cls(
            since=since,
            until=until,
            nanoseconds=key.nanoseconds,
            namespace=origin.namespace,
            pod=origin.pod,
            container=origin.container,
            labels=origin.labels,
            nth=key.nth,
        )


def window(since: str, until: str, now: float) -> tuple[float, float]:
    """The Unix seconds meant. `1h` and `-1h` both mean an hour ago. Raises ToolFailure."""
    end = now if until == "now" else _moment(until, now)
    begin = _moment(since, now)
    if begin >= min(end, now):
        raise ToolFailure(
            f"the time from {since} until {until} is empty", "since comes before until, like since=2h until=1h."
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
