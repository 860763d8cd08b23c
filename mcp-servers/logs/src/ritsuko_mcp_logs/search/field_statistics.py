"""Which fields lines have, how many values each, and how frequent they are."""

from collections import Counter, defaultdict
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from ritsuko_mcp_logs.lines.line import Line
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.search.matcher import Matcher
from ritsuko_mcp_logs.sources.coverage import Coverage
from ritsuko_mcp_logs.sources.source import Source

_SAMPLE = 5_000
_SAMPLE_OF_CONTAINER = 500
_MOST_VALUES = 1_000
_MOST_VALUES_OF_ONE = 50_000
_MOST_NAMES = 500


@dataclass(slots=True)
class FieldValues:
    """One field's values, counted while they are few enough."""

    most: int = _MOST_VALUES
    lines: int = 0
    values: Counter[str] = field(default_factory=Counter[str])

    def add(self, value: str) -> None:
        self.lines += 1
        if value in self.values or len(self.values) < self.most:
            self.values[value] += 1

    @property
    def distinct(self) -> str:
        return f"{len(self.values):,}{'+' if len(self.values) >= self.most else ''}"


def reads_sample(source: Source, query: Query) -> bool:
    """Whether so many of the newest are enough; else every line is read to find those that match."""
    return source.index.exact(query) if source.index is not None else Matcher(query).wants_all


async def sample_fields(
    source: Source, query: Query, coverage: Coverage, name: str = ""
) -> tuple[int, dict[str, FieldValues]]:
    """How many lines were read, and the fields that they have; of `name` as many values as are worth counting."""
    sampled = query
    if reads_sample(source, query):
        sampled = replace(query, **({"tail": _SAMPLE_OF_CONTAINER} if source.index is None else {"limit": _SAMPLE}))
    seen: defaultdict[str, FieldValues] = defaultdict(FieldValues)
    if name:
        seen[name] = FieldValues(_MOST_VALUES_OF_ONE)
    lines = 0
    matcher = Matcher(sampled)
    async with aclosing(source.read(sampled, coverage)) as batches:
        async for batch in batches:
            for _, _, line in matcher.find(batch):
                lines += 1
                _count_fields(line, seen)
    return lines, {field: found for field, found in seen.items() if found.lines}


def _count_fields(line: Line, seen: defaultdict[str, FieldValues]) -> None:
    for name, value in line.fields.items():
        if name in seen or len(seen) < _MOST_NAMES:
            seen[name].add(value)
    if line.level:
        seen["level"].add(line.level) if "level" not in line.fields else None
