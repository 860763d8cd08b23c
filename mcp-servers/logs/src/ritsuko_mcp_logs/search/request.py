"""What a caller asks for."""

from dataclasses import dataclass

from pydantic import JsonValue

from ritsuko_mcp_logs.query.conditions import Condition
from ritsuko_mcp_logs.query.patterns import pods_named
from ritsuko_mcp_logs.query.query import Order, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRequest:
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
