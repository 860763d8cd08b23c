"""A line, the container that wrote it, and the batches in which sources deliver lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ritsuko_mcp_logs.lines.application_fields import application_fields
from ritsuko_mcp_logs.lines.levels import level_in, level_of
from ritsuko_mcp_logs.lines.stream import nanoseconds, readable, split, timestamp
from ritsuko_mcp_logs.lines.structured import parse_fields

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
        further = application_fields(self._backend_fields, text, self._known) if self._backend_fields else ""
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
