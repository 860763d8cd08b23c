"""The tool `histogram`: how many lines over time, by level or by a field."""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from ritsuko_api.envelope import Row
from ritsuko_common.durations import format_duration
from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_common import Parameters, ReadTool
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.course import bars, beginnings, choose_step
from ritsuko_mcp_logs.diagnosis.missing_names import explain_empty
from ritsuko_mcp_logs.diagnosis.unknown_fields import unknown_fields
from ritsuko_mcp_logs.lines.line import Batch, Line
from ritsuko_mcp_logs.lines.stream import nanoseconds, split
from ritsuko_mcp_logs.phrases import counted
from ritsuko_mcp_logs.query.query import Query, time_range
from ritsuko_mcp_logs.query.time_window import parse_window
from ritsuko_mcp_logs.search.matcher import Matcher
from ritsuko_mcp_logs.sources.coverage import Coverage, unread
from ritsuko_mcp_logs.sources.source import Source
from ritsuko_mcp_logs.tools.parameters import (
    Exclude,
    Fields,
    Labels,
    Level,
    Namespace,
    Pod,
    Regex,
    Since,
    Text,
    log_request,
)

_MOST_VALUES = 20
_MOST_COLUMNS = 8
_NONE = "(none)"
_KNOWN = ("", "level", "namespace", "pod", "container")
"""What lines can be counted by that is no field."""
_OTHERS = "(others)"

Counts = Mapping[str, Mapping[float, int]]


class HistogramParameters(Parameters):
    """What `histogram` takes."""

    text: Text = ""
    namespace: Namespace = ""
    pod: Pod = ""
    by: Annotated[str, Field(description="level, namespace, pod, container or a field; empty: all")] = "level"
    since: Since = "1h"
    until: str = "now"
    step: Annotated[str, Field(description="like 30s or 5m; auto: about 60 steps")] = "auto"
    level: Level = ""
    labels: Labels = ""
    container: str = ""
    fields: Fields = ""
    exclude: Exclude = ""
    regex: Regex = False
    points: Annotated[bool, Field(description="one row per step instead of a sparkline")] = False
    source: str = ""


async def histogram(parameters: HistogramParameters, backend: LogBackend) -> Envelope:
    """A row for each value of `by`, the most frequent first, or with `points` a row for each step."""
    by, now = parameters.by, backend.clock()
    if is_sensitive_name(by):
        raise ToolFailure(f"the values of {by[:60]} are secrets", "Count by another field.")
    request = log_request(parameters)
    source = backend.sources.choose(request.source)
    since, until = parse_window(request.since, request.until, now)
    query = request.query(since, min(until, max(now, since + 1)))
    length = choose_step(query.since, query.until, parameters.step)
    coverage = Coverage()
    counts = await _indexed(source, query, length, by, coverage)
    if counts is None:
        counts = await _scanned(source, query, length, by, coverage)
    steps = beginnings(query.since, query.until, length)
    named = _most_frequent(counts, by)
    total = sum(sum(course.values()) for course in named.values())
    rows = _points(named, steps, by) if parameters.points else _courses(named, steps, by)
    if not total:
        await explain_empty(source, query, coverage)
    hints = [] if total else ["Try since=24h, or omit text or level."]
    if by not in _KNOWN and named.keys() == {_NONE}:
        hints += await unknown_fields(source, query, [by])
    found = f"{counted(total, 'line')}{request.described}"
    summary = f"{found} from {format_time(query.since)}, in steps of {format_duration(length)}."
    return Envelope(
        summary=coverage.empty_reason or summary,
        data=rows if total else [],
        total=len(rows),
        warnings=unread(coverage),
        hints=hints,
        source=coverage.origin,
        time_range=time_range(query, now),
        untrusted=True,
    )


TOOL = ReadTool(
    name="histogram",
    title="Count lines over time",
    description="Count log lines over time.",
    parameters=HistogramParameters,
    run=histogram,
)


async def _indexed(source: Source, query: Query, step: float, by: str, coverage: Coverage) -> Counts | None:
    if source.index is None or not source.index.exact(query):
        return None
    coverage.origin = source.index.origin
    return await source.index.histogram(query, step, by)


async def _scanned(source: Source, query: Query, step: float, by: str, coverage: Coverage) -> Counts:
    tally = _LineCounts(Matcher(query), step, by)
    async with aclosing(source.read(query, coverage)) as batches:
        async for batch in batches:
            tally.take(batch)
    return tally.counts


@dataclass
class _LineCounts:
    """Counts matching lines by step and value."""

    matcher: Matcher
    step: float
    by: str

    def __post_init__(self) -> None:
        self.counts: defaultdict[str, defaultdict[float, int]] = defaultdict(lambda: defaultdict(int))

    def take(self, batch: Batch) -> None:
        if self.matcher.wants_all and not self.by and (at_once := self._step_of_all(batch.data)) is not None:
            self.counts[""][at_once] += batch.count
            return
        for _, _, line in self.matcher.find(batch):
            self.counts[self._value(line)][self._step_of(line.nanoseconds)] += 1

    def _step_of_all(self, data: bytes) -> float | None:
        """The step that all lines of a block lie in: they are in the order of their times."""
        first = nanoseconds(split(data[: data.find(b"\n")])[0])
        last = nanoseconds(split(data[data.rfind(b"\n", 0, -1) + 1 : -1])[0])
        step = self._step_of(first)
        return step if first and step == self._step_of(last) else None

    def _step_of(self, moment: int) -> float:
        return moment / 1e9 // self.step * self.step

    def _value(self, line: Line) -> str:
        match self.by:
            case "":
                return ""
            case "level":
                return line.level
            case "namespace":
                return line.origin.namespace
            case "pod":
                return line.origin.pod
            case "container":
                return line.origin.container
            case _:
                return line.fields.get(self.by, "")


def _most_frequent(counts: Counts, by: str) -> dict[str, Mapping[float, int]]:
    totals = {value: sum(course.values()) for value, course in counts.items()}
    ranked = sorted((value for value in totals if totals[value]), key=lambda value: (-totals[value], value))
    named: dict[str, Mapping[float, int]] = {
        (value or _NONE if by else "lines"): counts[value] for value in ranked[:_MOST_VALUES]
    }
    if len(ranked) > _MOST_VALUES:
        others: defaultdict[float, int] = defaultdict(int)
        for value in ranked[_MOST_VALUES:]:
            for step, count in counts[value].items():
                others[step] += count
        named[_OTHERS] = others
    return named


def _courses(named: Mapping[str, Mapping[float, int]], steps: list[float], by: str) -> list[Row]:
    rows: list[Row] = []
    for value, course in named.items():
        counts = [course.get(step, 0) for step in steps]
        highest = max(counts, default=0)
        rows.append(
            {
                by or "of": value,
                "lines": sum(course.values()),
                "peak": f"{highest:,} at {format_time(steps[counts.index(highest)])}" if highest else "",
                "course": bars(counts),
            }
        )
    return rows


def _points(named: Mapping[str, Mapping[float, int]], steps: list[float], by: str) -> list[Row]:
    columns = list(named)[:_MOST_COLUMNS]
    return [{"time": format_time(step), **{column: named[column].get(step, 0) for column in columns}} for step in steps]
