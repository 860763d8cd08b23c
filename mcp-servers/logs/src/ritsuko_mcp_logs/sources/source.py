"""What every place that keeps logs looks like to the tools: `Source.read(query, coverage)` gives batches of lines.

A batch stays bytes until somebody needs a line: most lines of most logs are only counted. So a tool that looks at
everything works on `Batch.data` or `Batch.texts()`, and one that shows lines asks a batch for `lines()`:

    coverage = Coverage()
    async with aclosing(source.read(query, coverage)) as batches:
        async for batch in batches:
            for text in batch.texts():
                ...

A source that can filters by itself (Loki, OpenSearch, VictoriaLogs), one that can't (pod logs) delivers every line of
the window. Either way a consumer that wants only what matches says so again with `matching.Matcher`: what a source
filters is never less than what the query wants.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from ritsuko_mcp_logs.lines.line import Batch
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.coverage import Coverage


@dataclass(frozen=True, slots=True)
class Totals:
    """What an index counts: lines that match, lines of the window at all, and the pods that wrote these."""

    matches: int
    lines: int
    pods: int


class Index(Protocol):
    """What a source can do that filters and counts by itself."""

    def exact(self, query: Query) -> bool:
        """Whether it filters exactly what the query wants, so that its counts are ours; else it gives more."""
        ...

    @property
    def origin(self) -> str:
        """Where its answers come from, for people: `Loki at http://loki:3100`."""
        ...

    async def totals(self, query: Query) -> Totals:
        """Counts for an exact query."""
        ...

    async def histogram(self, query: Query, step: float, by: str) -> Mapping[str, Mapping[float, int]] | None:
        """Lines of an exact query for each step of so many seconds, the first of which begins at a multiple of it, by
        the values of a field or label if `by` names one. None if it cannot count by that."""
        ...

    async def values(self, query: Query, what: Literal["namespace", "pod"]) -> list[str]:
        """The names there are in the window, for a caller who misspelt one."""
        ...


class Source(Protocol):
    """One place that keeps logs. It is read only."""

    @property
    def name(self) -> str:
        """What callers choose it by: `pods`, `loki`, `opensearch`, `victorialogs`."""
        ...

    @property
    def index(self) -> Index | None:
        """Its own filtering and counting; None if every line has to be read."""
        ...

    def read(self, query: Query, coverage: Coverage) -> AsyncGenerator[Batch]:
        """The lines of the query, in batches. Close it to stop early (`aclosing`).

        Raises ToolFailure when nothing can be read and the message says why: no such namespace or pod, not allowed,
        unreachable. What fails or is cut short in part is a gap of the coverage instead.
        """
        ...

    async def oldest(self) -> float | None:
        """How far back it goes, in Unix seconds; None if there is nothing or it cannot be said. Raises ToolFailure."""
        ...

    async def check(self) -> str:
        """What answers, like `Loki 3.1.0 at http://loki:3100`. Raises ToolFailure."""
        ...

    async def aclose(self) -> None:
        """Let go of connections."""
        ...
