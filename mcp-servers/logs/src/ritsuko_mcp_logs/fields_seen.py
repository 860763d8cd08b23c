"""The tool `fields`: what can be asked for, seen in the newest lines."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from ritsuko_mcp_common.envelope import Envelope, Row
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_common.sensitive import is_sensitive_name

from .matching import Matcher, compiled
from .prose import counted, some
from .question import Question, window
from .report import time_range, unread, where
from .sources.names import literal
from .sources.registry import Sources
from .sources.source import Coverage, Line, Query, Source, unconditional

_SAMPLE = 5_000
_SAMPLE_OF_CONTAINER = 500
_SECONDS_TO_EXPLAIN = 2.0
_MOST_VALUES = 1_000
_MOST_NAMES = 500
_TOP = 3
_LONGEST_VALUE = 80
_HIDDEN = "(secrets)"


@dataclass(slots=True)
class _Seen:
    """One field's values, counted while they are few enough."""

    lines: int = 0
    values: Counter[str] = field(default_factory=Counter[str])

    def add(self, value: str) -> None:
        self.lines += 1
        if value in self.values or len(self.values) < _MOST_VALUES:
            self.values[value] += 1

    @property
    def distinct(self) -> str:
        return f"{len(self.values):,}{'+' if len(self.values) >= _MOST_VALUES else ''}"


async def fields(sources: Sources, question: Question, name: str, *, now: float) -> Envelope:
    """The fields of the newest lines, or the values of the field `name`."""
    source = sources.choose(question.source)
    query = question.query(*window(question.since, question.until, now))
    coverage = Coverage()
    lines, seen = await _sampled(source, query, coverage)
    rows = _values(name, seen, lines) if name else _names(seen, lines, question.limit)
    of = f"the newest {counted(lines, 'line')} of {where(coverage, coverage.pods)}"
    what = f"{counted(len(rows), 'value')} of {name}" if name else counted(len(seen), "field")
    return Envelope(
        summary=coverage.empty or f"{what} in {of}.",
        data=rows[: question.limit],
        truncated=len(rows) > question.limit,
        total=len(rows),
        warnings=unread(coverage),
        hints=[] if rows or not lines else ["These lines are prose: neither JSON nor key=value."],
        source=coverage.origin,
        time_range=time_range(query, now),
        untrusted=True,
    )


async def unknown_fields(source: Source, query: Query, names: Iterable[str]) -> list[str]:
    """What to say of those names that no field of the newest lines has, whatever else the query wants of lines."""
    anything = replace(unconditional(query), seconds=_SECONDS_TO_EXPLAIN)
    try:
        lines, seen = await _sampled(source, anything, Coverage())
    except ToolFailure:
        # There is an answer already; it only comes without this.
        return []
    return [
        f"There is no field {name[:60]!r} in the newest {counted(lines, 'line')}. {_instead(name, seen)}"
        for name in names
        if lines and name not in seen
    ]


async def fields_with_text(source: Source, query: Query) -> list[str]:
    """What to say of a text that no line has, if fields beside the newest lines have it."""
    pattern = compiled(query.text, literal=not query.regex, case_sensitive=query.case_sensitive)
    anything = replace(unconditional(query), order="newest", seconds=_SECONDS_TO_EXPLAIN)
    try:
        _, seen = await _sampled(source, anything, Coverage())
    except ToolFailure:
        return []
    names = [
        name
        for name, found in seen.items()
        if not is_sensitive_name(name)
        and any(pattern.search(value.encode("utf-8", "replace")) for value in found.values)
    ]
    if not names:
        return []
    wanted = query.text if query.regex else literal(query.text)
    how = f": fields={names[0]}~{wanted} finds those lines" if "," not in wanted else ""
    return [f"It is not in the text of lines, but in what is kept beside it, in {some(sorted(names))}{how}."]


async def _sampled(source: Source, query: Query, coverage: Coverage) -> tuple[int, dict[str, _Seen]]:
    """How many lines were looked at, and the fields that they have."""
    sampled = replace(query, limit=_SAMPLE) if source.index is not None else replace(query, tail=_SAMPLE_OF_CONTAINER)
    seen: defaultdict[str, _Seen] = defaultdict(_Seen)
    lines = 0
    async with aclosing(source.read(sampled, coverage)) as batches:
        async for batch in batches:
            for _, _, line in Matcher(sampled).find(batch):
                lines += 1
                _note(line, seen)
    return lines, seen


def _instead(name: str, seen: Mapping[str, _Seen]) -> str:
    if not seen:
        return "They are prose, without fields."
    return suggestion(name, seen) or f"There are: {some(sorted(seen))}."


def _note(line: Line, seen: defaultdict[str, _Seen]) -> None:
    for name, value in line.fields.items():
        if name in seen or len(seen) < _MOST_NAMES:
            seen[name].add(value)
    if line.level:
        seen["level"].add(line.level) if "level" not in line.fields else None


def _names(seen: dict[str, _Seen], lines: int, limit: int) -> list[Row]:
    ranked = sorted(seen.items(), key=lambda item: (-item[1].lines, item[0]))
    return [
        {
            "field": name,
            "lines": f"{found.lines / lines:.0%}",
            "values": found.distinct,
            "top": _HIDDEN if is_sensitive_name(name) else _top(found.values),
        }
        for name, found in ranked
    ]


def _values(name: str, seen: dict[str, _Seen], lines: int) -> list[Row]:
    if is_sensitive_name(name):
        raise ToolFailure(f"the values of {name[:60]} are secrets", "Ask for another field.")
    if name not in seen:
        raise ToolFailure(f"no field {name[:60]!r} in the newest {counted(lines, 'line')}", _instead(name, seen))
    found = seen[name]
    return [
        {"value": value, "lines": count, "share": f"{count / found.lines:.1%}"}
        for value, count in found.values.most_common()
    ]


def _top(values: Counter[str]) -> str:
    return ", ".join(f"{_short(value)} ({count:,})" for value, count in values.most_common(_TOP))


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"
