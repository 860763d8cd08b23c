"""OpenSearch's answers as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, JsonValue, RootModel
from pydantic_core import to_json

from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.lines.stream import nanoseconds
from ritsuko_mcp_logs.lines.structured import flat
from ritsuko_mcp_logs.sources.collector_names import PodFieldNames
from ritsuko_mcp_logs.sources.opensearch.mapping import Capability
from ritsuko_mcp_logs.sources.rows import Row

_NANOSECONDS_OF = {"date": 1_000_000, "date_nanos": 1}


class Capabilities(BaseModel):
    """Which fields there are, by their types, in indices that match."""

    indices: list[str]
    fields: dict[str, dict[str, Capability]]


class Analyzed(BaseModel):
    """How words are made of a text; empty: as the index makes them where nothing is said."""

    analyzer: str = ""


class FieldMapping(BaseModel):
    """What an index's mapping says of a field, under the last part of its name."""

    full_name: str
    mapping: dict[str, Analyzed]


class IndexMappings(BaseModel):
    """What an index's mapping says of its fields."""

    mappings: dict[str, FieldMapping]


class Mappings(RootModel[dict[str, IndexMappings]]):
    """What each index's mapping says of its fields."""


class Hit(BaseModel):
    """One entry; `sort` ends in its time, and its number in its shard."""

    index: str
    id: str
    source: dict[str, JsonValue] = {}
    sort: list[int | float]

    model_config = {"alias_generator": lambda name: name if name == "sort" else f"_{name}"}


class Hits(BaseModel):
    """A page of entries."""

    hits: list[Hit]


class Found(BaseModel):
    """The answer to a search for entries."""

    hits: Hits


class Bucket(BaseModel):
    """How many entries have these values."""

    key: dict[str, str | int | None]
    doc_count: int


class Composite(BaseModel):
    """Some combinations of values, and behind which one the next ones come."""

    buckets: list[Bucket]
    after_key: dict[str, str | int | None] = {}


class Aggregations(BaseModel):
    """What was counted."""

    counted: Composite


class Counted(BaseModel):
    """The answer to a search that counts."""

    aggregations: Aggregations


class Moment(BaseModel):
    """An entry of which only the time was asked."""

    sort: list[int | float]


class Moments(BaseModel):
    """Those of a page."""

    hits: list[Moment]


class Oldest(BaseModel):
    """The answer to a search for times."""

    hits: Moments


class Version(BaseModel):
    """Which program it is."""

    number: str
    distribution: str = "elasticsearch"


class About(BaseModel):
    """What / says."""

    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How entries are read: `time` is a field of that kind of date, the first of `messages` that one has is its text,
    and by `apart` entries are distinguished that are of no pod, beside their index."""

    time: str
    kind: str
    messages: Sequence[str]
    names: PodFieldNames
    apart: Sequence[str]

    def row(self, hit: Hit) -> Row:
        """An entry with all its fields; if it has no text, all of it is its text."""
        fields = flat(hit.source)
        written = fields.pop(self.time, "")
        name = next((name for name in self.messages if name in fields), "")
        text = fields.pop(name) if name else to_json(hit.source).decode()
        return Row(
            _moment(int(hit.sort[-2]) * _NANOSECONDS_OF[self.kind], written), self._origin(hit, fields), text, fields
        )

    def _origin(self, hit: Hit, fields: Mapping[str, str]) -> Origin:
        names = self.names
        namespace, pod, container = (fields.get(name, "") for name in (names.namespace, names.pod, names.container))
        further = [("_index", hit.index), *((name, fields[name]) for name in self.apart if name in fields)]
        return Origin(namespace, pod, container, () if pod else tuple(sorted(further)))


def _moment(indexed: int, written: str) -> int:
    """The time as it was written, which may be finer than the index keeps it."""
    exact = nanoseconds(written.encode())
    return exact if exact // 1_000_000 == indexed // 1_000_000 else indexed
