"""Loki's answers as plain data. https://grafana.com/docs/loki/latest/reference/loki-http-api/#query-logs-within-a-range-of-time"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ritsuko_mcp_logs.sources.collector_names import PodFieldNames
from ritsuko_mcp_logs.sources.rows import Row

Labels = dict[str, str]


class Strings(BaseModel):
    """Names of labels, or their values."""

    status: Literal["success"]
    data: list[str] = []


class Series(BaseModel):
    """The labels of streams."""

    status: Literal["success"]
    data: list[Labels] = []


class Metadata(BaseModel):
    """What an entry keeps beside its text."""

    structuredMetadata: Labels | None = None
    parsed: Labels | None = None


Entry = Annotated[tuple[str, str, Metadata] | tuple[str, str], Field(union_mode="left_to_right")]
"""Time in ns, text and, if there is any, metadata."""


class Stream(BaseModel):
    """Entries with the same labels."""

    stream: Labels
    values: list[Entry]


class StreamData(BaseModel):
    """A log query's result."""

    resultType: Literal["streams"]
    result: list[Stream]


class Streams(BaseModel):
    """The answer to a log query."""

    status: Literal["success"]
    data: StreamData


class Sample(BaseModel):
    """One value of a metric query, or its values over time."""

    metric: Labels
    value: tuple[float, str] | None = None
    values: list[tuple[float, str]] = []


class SampleData(BaseModel):
    """A metric query's result."""

    resultType: Literal["vector", "matrix"]
    result: list[Sample]


class Samples(BaseModel):
    """The answer to a metric query."""

    status: Literal["success"]
    data: SampleData


class BuildInfo(BaseModel):
    """What /loki/api/v1/status/buildinfo says."""

    version: str = ""


def is_own(label: str) -> bool:
    """Whether a label is Loki's own, such as the number of a shard: it says nothing of who wrote a line."""
    return label.startswith("__")


def rows(streams: list[Stream], names: PodFieldNames) -> list[Row]:
    """The entries of all streams; labels and metadata are their fields."""
    found: list[Row] = []
    for stream in streams:
        labels = {name: value for name, value in stream.stream.items() if not is_own(name)}
        origin = names.origin(labels)
        for value in stream.values:
            fields: Mapping[str, str] = labels
            if len(value) == 3:
                beside = value[2]
                fields = {**labels, **(beside.parsed or {}), **(beside.structuredMetadata or {})}
            found.append(Row(int(value[0]), origin, value[1], fields))
    return found
