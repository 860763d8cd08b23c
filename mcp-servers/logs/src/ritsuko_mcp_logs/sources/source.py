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

from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, Protocol

from ritsuko_mcp_logs.lines.application_fields import beside
from ritsuko_mcp_logs.lines.levels import level_in, level_of
from ritsuko_mcp_logs.lines.stream import nanoseconds, readable, split, timestamp
from ritsuko_mcp_logs.lines.structured import parse_fields
from ritsuko_mcp_logs.query.conditions import Condition

Order = Literal["newest", "oldest"]

NO_RUN_BEFORE = "has not run before"
LOG_IS_GONE = "the node has removed it, and its log"
"""Why of a container there is nothing to read."""

_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Which container wrote it. What a source doesn't know is empty; `labels` are further ones of its own, sorted."""

    namespace: str = ""
    pod: str = ""
    container: str = ""
    labels: tuple[tuple[str, str], ...] = ()

    def within(self, namespace: str) -> str:
        """Its pod, where `namespace` was meant: with its own in front if that is all of them."""
        if not self.pod:
            return str(self)
        return f"{self.namespace}/{self.pod}" if namespace == "*" and self.namespace else self.pod

    def __str__(self) -> str:
        return "/".join(part for part in (self.pod, self.container) if part) or (
            ",".join(f"{name}={value}" for name, value in self.labels) or "unknown"
        )


class Line:
    """One line. Its text, level and fields are worked out when first asked for."""

    def __init__(
        self, origin: Origin, timestamp: bytes, raw: bytes, backend_fields: Mapping[str, str] | None = None
    ) -> None:
        self.origin = origin
        self.raw = raw
        """As it was written, without the timestamp."""
        self._timestamp = timestamp
        self._backend_fields = backend_fields

    @cached_property
    def nanoseconds(self) -> int:
        """Unix time in ns, exact; 0 if unknown."""
        return nanoseconds(self._timestamp)

    @property
    def time(self) -> float:
        """Unix time in seconds; 0 if unknown."""
        return self.nanoseconds / 1e9

    @property
    def stamp(self) -> str:
        """Its time, RFC 3339 in UTC, to the nanosecond."""
        return timestamp(self.nanoseconds).decode()

    @cached_property
    def text(self) -> str:
        """For people: decoded, without colour codes, cut at 2,000 characters with a mark that says so; behind a bar
        what the source keeps beside it. Not redacted."""
        text = readable(self.raw, _LONGEST_TEXT)
        further = beside(self._backend_fields, text, self._known) if self._backend_fields else ""
        return f"{text} | {further}" if further else text

    @property
    def _known(self) -> tuple[str, ...]:
        return self.origin.namespace, self.origin.pod, self.origin.container

    @cached_property
    def level(self) -> str:
        """debug, info, warn, error or fatal; empty when neither the source nor the line says."""
        return (level_in(self._backend_fields) if self._backend_fields else "") or level_of(self.raw) or ""

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """What the source keeps beside the text, and the fields of a JSON or logfmt line."""
        return {**parse_fields(self.raw), **(self._backend_fields or {})}


@dataclass(frozen=True)
class Batch:
    """Whole lines of one container, oldest first: `<RFC 3339 time> <text>\\n` each, as the pod logs API writes them.

    An entry of several lines (a stack trace that a backend kept as one) is several lines with one time.
    From `pods` the batches of one origin follow each other in time order; other sources promise it only within a batch.
    """

    origin: Origin
    data: bytes
    fields: Sequence[Mapping[str, str]] = ()
    """Line by line what the source keeps beside the text; empty if it keeps nothing."""

    @cached_property
    def count(self) -> int:
        """How many lines."""
        return self.data.count(b"\n")

    def raws(self) -> list[bytes]:
        """The lines, each with its timestamp (`lines.split` takes it off)."""
        return self.data[:-1].split(b"\n")

    def texts(self) -> list[bytes]:
        """The lines without their timestamps."""
        return [split(raw)[1] for raw in self.raws()]

    def lines(self) -> Iterator[Line]:
        """The lines, one object each."""
        if self.fields:
            for raw, fields in zip(self.raws(), self.fields, strict=True):
                yield Line(self.origin, *split(raw), fields)
        else:
            for raw in self.raws():
                yield Line(self.origin, *split(raw))


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
    """The least level that a line must state."""
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


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not read, or not to its end, and why."""

    what: str
    reason: str


@dataclass(slots=True)
class Coverage:
    """What a reading covered. It is true at every moment while the reading goes on, also when it is cancelled."""

    namespace: str = ""
    """The namespace that was meant; `*` for all."""
    origin: str = ""
    """Where it comes from, for people: `pod logs of namespace shop`."""
    empty: str = ""
    """Why there was nothing to read at all, as a sentence."""
    meant: int = 0
    """How many pods the query means."""
    kept: str = ""
    """What of the logs the source keeps, where it may be less than was asked for, as a sentence."""
    lines: int = 0
    """Lines looked at, by us or by the source."""
    bytes: int = 0
    origins: set[Origin] = field(default_factory=set[Origin])
    """The containers that were read, silent ones too where the source knows of them."""
    gaps: list[Gap] = field(default_factory=list[Gap])

    @property
    def pods(self) -> int:
        """How many pods were read."""
        return len({(origin.namespace, origin.pod) for origin in self.origins})


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
        """Its own filtering and counting; None if every line has to be looked at."""
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
