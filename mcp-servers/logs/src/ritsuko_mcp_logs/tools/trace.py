"""The tool `trace`: one request, followed through all pods by its id."""

from collections.abc import Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import isinf
from typing import Annotated, Literal

from pydantic import Field

from ritsuko_api.envelope import Row, TimeRange
from ritsuko_common.redaction.redactor import Redaction
from ritsuko_mcp_common import Parameters, ReadTool
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_logs.analysis.clock_skew import PodLine, Skew, corrected, find_skews, mentions, workload
from ritsuko_mcp_logs.analysis.request_ids import RequestId, trace_id
from ritsuko_mcp_logs.analysis.scope import Scope, runs
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.diagnosis.missing_names import explain_empty
from ritsuko_mcp_logs.diagnosis.unknown_fields import fields_with_text
from ritsuko_mcp_logs.lines.line import Line
from ritsuko_mcp_logs.lines.stream import plain
from ritsuko_mcp_logs.phrases import counted, duration_text, shortlist
from ritsuko_mcp_logs.query.query import Query, unconditional
from ritsuko_mcp_logs.query.time_window import parse_window
from ritsuko_mcp_logs.search.matcher import Matcher
from ritsuko_mcp_logs.sources.coverage import Coverage, Gap, unread, where
from ritsuko_mcp_logs.tools.parameters import Labels, Limit, Namespace, Pod, Since, scope_of

By = Literal["clock", "cause"]

_SHORTEST_ID = 4
_MOST_LINES = 5_000
_MOST_LIKE_IT = 100
_LONGEST_LIKE_IT = 60
_MOST_GAPS = 3
_SHORTEST_GAP = 0.05
_GAP_SHARE = 0.25
# What stores keep an id under that is not in the text.
_ID_FIELDS = ("trace_id", "trace.id", "traceId", "traceID", "request_id", "requestId", "correlation_id")


@dataclass(frozen=True, slots=True)
class _Step:
    """A line, and its time by the clocks as far as they can be put right."""

    line: Line
    time: float

    @property
    def pod(self) -> str:
        return self.line.origin.pod or str(self.line.origin)


class TraceParameters(Parameters):
    """What `trace` takes."""

    id: Annotated[
        str, Field(max_length=200, description="request or trace id, exactly as written", examples=["4f1c2ab9"])
    ]
    namespace: Namespace = ""
    pod: Pod = ""
    since: Since = "1h"
    by: Annotated[By, Field(description="order by written time, or by time corrected for clock skew")] = "clock"
    labels: Labels = ""
    limit: Limit = 200
    source: str = ""


async def trace(parameters: TraceParameters, backend: LogBackend) -> Envelope:
    """All lines with this id since then. Raises ToolFailure for an id so short that it would be found everywhere."""
    scope, now = scope_of(parameters, backend), backend.clock()
    by, limit = parameters.by, parameters.limit
    wanted = trace_id(parameters.id.strip())
    if len(wanted) < _SHORTEST_ID:
        raise ToolFailure(f"{wanted!r} is too short for an id", f"Give at least {_SHORTEST_ID} characters of it.")
    begin, end = parse_window(parameters.since, "now", now)
    coverage = Coverage()
    query = replace(scope.query(begin, end), text=wanted)
    similar = _SimilarIds()
    lines = await _read(scope, query, RequestId(wanted), coverage, similar)
    looked_at = await _looked_at(scope, query, coverage)
    if not looked_at.lines:
        await explain_empty(scope.source, query, coverage)
    in_fields: list[str] = []
    if scope.source.index is not None and looked_at.lines and not lines and not similar.lines:
        in_fields = await fields_with_text(scope.source, query)
    seen = [PodLine(line.origin.pod or str(line.origin), line.time, line.text) for line in lines]
    skews = find_skews(seen)
    steps = [_Step(line, time) for line, time in zip(lines, corrected(seen, skews), strict=True)]
    steps.sort(key=lambda step: step.time if by == "cause" else step.line.time)
    gaps = _gaps(steps)
    rows = _rows(steps[:limit], coverage.namespace, skewed=bool(skews))
    return Envelope(
        summary=_summary(wanted, steps, coverage, looked_at, begin),
        data=rows,
        total=len(steps),
        returned=len(rows),
        truncated=len(steps) > len(rows),
        warnings=[*_clocks(skews, by), *gaps, *_silent(steps, looked_at), *unread(coverage)],
        hints=[*in_fields, *_hints(steps, skews, by, similar)],
        source=coverage.origin,
        time_range=TimeRange(start=format_time(begin), end=format_time(now)),
        untrusted=True,
    )


TOOL = ReadTool(
    name="trace",
    title="Follow a request",
    description="Follow a request through all pods by its id, in time order. Reports gaps and clock skew.",
    parameters=TraceParameters,
    run=trace,
)


@dataclass(slots=True)
class _SimilarIds:
    """Lines without the id, but with what could be taken for it."""

    lines: int = 0
    ids: set[str] = field(default_factory=set[str])

    def see(self, line: Line, id: RequestId) -> None:
        # Redacted before a part of it is shown: half a secret looks like none.
        found = id.similar_ids(Redaction().text(_text(line)))
        self.lines += bool(found)
        if len(self.ids) < _MOST_LIKE_IT:
            self.ids.update(one if len(one) <= _LONGEST_LIKE_IT else f"{one[:_LONGEST_LIKE_IT]}…" for one in found)


async def _read(scope: Scope, query: Query, id: RequestId, coverage: Coverage, similar: _SimilarIds) -> list[Line]:
    """The lines in the order of their timestamps, each once."""
    found: dict[tuple[str, int, bytes], Line] = {}
    beside = tuple((name, value) for name in _ID_FIELDS for value in id.as_value)
    for asked in runs(scope.source, replace(query, or_fields=beside)):
        matcher = Matcher(asked)
        # What else is read covers nothing more: it is of the same pods.
        read = Coverage() if asked.previous else coverage
        async with aclosing(scope.source.read(asked, read)) as batches:
            async for batch in batches:
                for _, _, line in matcher.find(batch):
                    if id.occurs_in(_text(line)) or any(line.fields.get(name) == value for name, value in beside):
                        found[str(line.origin), line.nanoseconds, line.raw] = line
                    else:
                        similar.see(line, id)
                if len(found) > _MOST_LINES:
                    coverage.gaps.append(Gap("the rest", f"more than {_MOST_LINES:,} lines have this id"))
                    return _in_order(found.values())
    return _in_order(found.values())


def _text(line: Line) -> str:
    """All of it: what is shown of a long line may end before the id."""
    return plain(line.raw).decode(errors="replace")


def _in_order(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: line.nanoseconds)


@dataclass(frozen=True, slots=True)
class _LookedAt:
    """Among how many lines the id was looked for, and of which pods."""

    lines: int
    pods: Sequence[str]


async def _looked_at(scope: Scope, query: Query, coverage: Coverage) -> _LookedAt:
    """A store with an index tells it; of another every line was read."""
    if scope.source.index is None:
        return _LookedAt(coverage.lines, sorted({origin.pod for origin in coverage.origins}))
    everything = unconditional(query)
    totals = await scope.source.index.totals(everything)
    return _LookedAt(totals.lines, await scope.source.index.values(everything, "pod"))


def _rows(steps: list[_Step], namespace: str, *, skewed: bool) -> list[Row]:
    rows: list[Row] = []
    before: float | None = None
    for step in steps:
        time = step.time if skewed else step.line.time
        row: Row = {"time": format_time(step.line.time)}
        if skewed:
            row["corrected"] = format_time(step.time)
        row |= {
            "after": "" if before is None else f"{time - before:+.3f}s",
            "pod": step.line.origin.within(namespace),
            "container": step.line.origin.container,
            "text": step.line.text,
        }
        rows.append(row)
        before = time
    return rows


def _summary(wanted: str, steps: list[_Step], coverage: Coverage, looked_at: _LookedAt, begin: float) -> str:
    if coverage.empty_reason:
        return coverage.empty_reason
    read = f"{counted(looked_at.lines, 'line')} of {where(coverage, len(looked_at.pods))} since {format_time(begin)}"
    if not steps:
        return f"No line with {wanted} in {read}."
    pods = list(dict.fromkeys(step.pod for step in sorted(steps, key=lambda step: step.time)))
    took = max(step.time for step in steps) - min(step.time for step in steps)
    return (
        f"{counted(len(steps), 'line')} with {wanted} in {counted(len(pods), 'pod')}, {duration_text(took)} from the "
        f"first to the last: {' → '.join(pods)}. Read {read}."
    )


def _clocks(skews: list[Skew], by: By) -> list[str]:
    told: list[str] = []
    for skew in skews:
        direction = "ahead of" if skew.estimate > 0 else "behind"
        least, most = sorted((abs(skew.least), abs(skew.most)))
        much = f"at least {duration_text(least)}"
        if not isinf(most):
            much = f"{duration_text(abs(skew.estimate))} ({duration_text(least)} to {duration_text(most)})"
        told.append(
            f"the clock of {skew.pod} is {much} {direction} that of {skew.against}, "
            "derived from cause and effect in its lines"
        )
    if skews:
        order = "corrected times" if by == "cause" else "written times, which is not the causal order"
        told.append(f"the lines are in the order of {order}")
    return told


def _gaps(steps: list[_Step]) -> list[str]:
    """The longest times without a line, between lines in the order of corrected times."""
    ordered = sorted(steps, key=lambda step: step.time)
    if len(ordered) < 3:
        return []
    took = ordered[-1].time - ordered[0].time
    long = [
        (after.time - before.time, before, after)
        for before, after in pairwise(ordered)
        if after.time - before.time >= max(_SHORTEST_GAP, _GAP_SHARE * took)
    ]
    return [
        f"{duration_text(gap)} without a line, from {_named(before)} to {_named(after)}"
        for gap, before, after in sorted(long, key=lambda one: -one[0])[:_MOST_GAPS]
    ]


def _named(step: _Step) -> str:
    # Redacted before it is cut: half a secret looks like none.
    text = Redaction().text(step.line.text)
    return f"{step.pod} “{text[:60]}{'…' if len(text) > 60 else ''}”"


def _silent(steps: list[_Step], looked_at: _LookedAt) -> list[str]:
    """Pods that were read and are mentioned by others, but wrote no line with the id."""
    silent = {workload(pod) for pod in looked_at.pods} - {workload(step.pod) for step in steps}
    mentioned = sorted(name for name in silent if any(mentions(step.line.text, name) for step in steps))
    return [f"mentioned, but no line has this id: {shortlist(mentioned)}"] if mentioned else []


def _hints(steps: list[_Step], skews: list[Skew], by: By, similar: _SimilarIds) -> list[str]:
    if not steps:
        have = "line has" if similar.lines == 1 else "lines have"
        similar_found = (
            f"{similar.lines:,} {have} longer ids with this prefix, or this id in another case: "
            f"{shortlist(sorted(similar.ids))}."
        )
        return [
            *([similar_found] if similar.lines else []),
            "Try since=24h, another namespace, or search for a part of the id.",
        ]
    return ["by=cause sorts the lines by corrected time."] if skews and by == "clock" else []
