"""Where a page of an answer ended."""

from pydantic import BaseModel

from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.search.ranking import MatchKey


class PagePosition(BaseModel):
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
    def key(self) -> MatchKey:
        """The place among all lines."""
        return MatchKey(self.nanoseconds, Origin(self.namespace, self.pod, self.container, self.labels), self.nth)

    @classmethod
    def of(cls, key: MatchKey, since: float, until: float) -> "PagePosition":
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
