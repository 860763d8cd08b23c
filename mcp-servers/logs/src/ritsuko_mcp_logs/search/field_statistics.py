"""The tool `fields`: what can be asked for, seen in the newest lines, or in those that are wanted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_common.envelope import Envelope, Row
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_logs.diagnosis.missing_names import say_what_is_absent
from ritsuko_mcp_logs.phrases import arguments, counted, some
from ritsuko_mcp_logs.query.conditions import amount
from ritsuko_mcp_logs.search.matcher import Matcher, compiled
from ritsuko_mcp_logs.search.report import time_range, unread, where
from ritsuko_mcp_logs.search.request import Question, window
from ritsuko_mcp_logs.sources.collector_names import literal
from ritsuko_mcp_logs.sources.registry import Sources
from ritsuko_mcp_logs.sources.source import Coverage, Line, Query, Source, unconditional

_SAMPLE = 5_000
_SAMPLE_OF_CONTAINER = 500
_SECONDS_TO_EXPLAIN = 2.0
_MOST_VALUES = 1_000
_MOST_VALUES_OF_ONE = 50_000
_MOST_NAMES = 500
_TOP = 3
_FEWEST_AMOUNTS = 3
_SHARE_OF_AMOUNTS = 0.9
_LONGEST_VALUE = 80
_HIDDEN = "(secrets)"


@dataclass(slots=True)
class _Seen:
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


async def fields(sources: Sources, question: Question, name: str, *, now: float) -> Envelope:
    """The fields of the newest lines, or of all that are wanted; or the values of the field `name`."""
    source = sources.choose(question.source)
    query = question.query(*window(question.since, question.until, now))
    coverage = Coverage()
    lines, seen = await _sampled(source, query, coverage, name)
    await say_what_is_absent(source, query, coverage)
    rows = (_values(name, seen, lines) if name else _names(seen, lines, question.limit)) if lines else []
    newest = "the newest " if _is_sample(source, query) else ""
    of = f"{newest}{counted(lines, 'line')}{question.described} of {where(coverage, coverage.pods)}"
    what = f"{counted(len(rows), 'value')} of {name}" if name else counted(len(seen), "field")
    amounts = f" {told}" if rows and name and (told := _spread(seen[name])) else ""
    summary = f"{what} in {of}.{amounts}"
    if not lines:
        summary = f"No line{question.described} was written in {where(coverage, coverage.meant)} in that time."
    return Envelope(
        summary=coverage.empty or summary,
        data=rows[: question.limit],
        truncated=len(rows) > question.limit,
        total=len(rows),
        warnings=unread(coverage),
        hints=[] if rows or not lines else ["These lines are prose: neither JSON nor key=value nor an access log."],
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
    how = f": search {arguments(fields=f'{names[0]}~{wanted}')} finds those lines" if "," not in wanted else ""
    return [f"It is not in the text of lines, but in what is kept beside it, in {some(sorted(names))}{how}."]


def _is_sample(source: Source, query: Query) -> bool:
    """Whether so many of the newest are enough; else every line is looked at to find those that are wanted."""
    return source.index.exact(query) if source.index is not None else Matcher(query).wants_all


async def _sampled(source: Source, query: Query, coverage: Coverage, name: str = "") -> tuple[int, dict[str, _Seen]]:
    """How many lines were looked at, and the fields that they have; of `name` as many values as are worth counting."""
    sampled = query
    if _is_sample(source, query):
        sampled = replace(query, **({"tail": _SAMPLE_OF_CONTAINER} if source.index is None else {"limit": _SAMPLE}))
    seen: defaultdict[str, _Seen] = defaultdict(_Seen)
    if name:
        seen[name] = _Seen(_MOST_VALUES_OF_ONE)
    lines = 0
    matcher = Matcher(sampled)
    async with aclosing(source.read(sampled, coverage)) as batches:
        async for batch in batches:
            for _, _, line in matcher.find(batch):
                lines += 1
                _note(line, seen)
    return lines, {field: found for field, found in seen.items() if found.lines}


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


def _spread(seen: _Seen) -> str:
    """`From 3 to 904, half up to 120, 95 % up to 610.`, if values are numbers or durations, as they were written."""
    known = [(found, value, count) for value, count in seen.values.items() if (found := amount(value))]
    kinds = {found[0] for found, _, _ in known}
    total = sum(count for _, _, count in known)
    if len(known) < _FEWEST_AMOUNTS or len(kinds) > 1 or total < _SHARE_OF_AMOUNTS * seen.lines:
        return ""
    known.sort(key=lambda one: one[0])
    least, half, nearly_all, most = (_at(share, known, total) for share in (0, 0.5, 0.95, 1))
    return f"From {least} to {most}, half up to {half}, 95 % up to {nearly_all}."


def _at(share: float, known: Sequence[tuple[object, str, int]], total: int) -> str:
    """The value up to which that share of all lies."""
    passed = 0
    for _, value, count in known:
        passed += count
        if passed >= share * total:
            return value
    return known[-1][1]


def _top(values: Counter[str]) -> str:
    return ", ".join(f"{_short(value)} ({count:,})" for value, count in values.most_common(_TOP))


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"
