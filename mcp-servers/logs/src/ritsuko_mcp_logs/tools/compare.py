"""The tool `compare`: what is logged now against what was logged then."""

import asyncio
from typing import Annotated

from pydantic import Field

from ritsuko_api.envelope import Row, TimeRange
from ritsuko_common.durations import format_duration
from ritsuko_mcp_common import Parameters, ReadTool
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time, parse_duration
from ritsuko_mcp_logs.analysis.changes import GroupChange, fingerprint, group_changes, level
from ritsuko_mcp_logs.analysis.group_names import GroupNames
from ritsuko_mcp_logs.analysis.scope import Mined, mine
from ritsuko_mcp_logs.analysis.significance import Verdict
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.mining.occurrences import Spans
from ritsuko_mcp_logs.phrases import counted
from ritsuko_mcp_logs.query.time_window import parse_window
from ritsuko_mcp_logs.tools.errors import Lines
from ritsuko_mcp_logs.tools.parameters import Labels, Limit, Namespace, Pod, Since, scope_of

_SPANS = 24
_WORTH_SAYING: tuple[Verdict, ...] = ("new", "rising", "gone", "falling")


class CompareParameters(Parameters):
    """What `compare` takes."""

    namespace: Namespace = ""
    pod: Pod = ""
    since: Since = "1h"
    until: str = "now"
    before: Annotated[str, Field(description="offset of the earlier window: 1d, 7d; empty: directly before")] = ""
    lines: Lines = "all"
    labels: Labels = ""
    limit: Limit = 50
    source: str = ""


async def compare(parameters: CompareParameters, backend: LogBackend) -> Envelope:
    """The window against one as long that began `before` earlier (empty: just before)."""
    scope, now = scope_of(parameters, backend), backend.clock()
    before, limit = parameters.before, parameters.limit
    begin, read_until = parse_window(parameters.since, parameters.until, now)
    end = min(read_until, now)
    length = end - begin
    shift = parse_duration(before) if before else length
    if shift < length:
        raise ToolFailure(
            f"the two windows overlap: {format_duration(round(length))} long, {before} apart",
            "Set before to at least the length of the window, or omit it.",
        )
    spans = Spans(((begin - shift, begin - shift + length), (begin, end)), _SPANS)
    mined = await mine(scope, spans, until=read_until, everything=parameters.lines == "all")
    judged = group_changes(mined)
    changed = [one for one in judged if one.change in _WORTH_SAYING and _tells(one)]
    changed.sort(key=lambda one: (_WORTH_SAYING.index(one.change), -abs(one.now - one.before)))
    names = GroupNames()
    rows = await asyncio.to_thread(lambda: [_row(one, names) for one in changed[:limit]])
    return Envelope(
        summary=_summary(changed, judged, mined, begin, shift, length),
        data=rows,
        total=len(changed),
        returned=len(rows),
        truncated=len(changed) > len(rows),
        warnings=mined.warnings + _missing(mined, begin, shift),
        source=mined.source,
        time_range=TimeRange(start=format_time(begin), end=format_time(end)),
        untrusted=True,
    )


TOOL = ReadTool(
    name="compare",
    title="Compare logs over time",
    description="Compare messages with an earlier window: new, gone, and significantly rising or falling ones.",
    parameters=CompareParameters,
    run=compare,
)


def _tells(one: GroupChange) -> bool:
    """Whether it is worth a row: an error always; other lines only if their coming is not by chance."""
    return one.sure or one.group.tally.is_error


def _row(one: GroupChange, names: GroupNames) -> Row:
    return {
        "change": one.change,
        "then": one.before,
        "now": one.now,
        "level": level(one.group),
        "fingerprint": fingerprint(one.group, names),
        "message": names.template(one.group),
    }


def _summary(
    changed: list[GroupChange], judged: list[GroupChange], mined: Mined, begin: float, shift: float, length: float
) -> str:
    if mined.empty_reason:
        return mined.empty_reason
    span = format_duration(round(length))
    against = f"the {span} since {format_time(begin)} compared with those since {format_time(begin - shift)}"
    same = len(judged) - len(changed)
    if not changed:
        return f"Nothing changed: {counted(same, 'message')} as before; {against}, in {mined.read}."
    counts = [
        f"{count} {change}" for change in _WORTH_SAYING if (count := sum(one.change == change for one in changed))
    ]
    return f"{', '.join(counts)}; {counted(same, 'message')} as before; {against}, in {mined.read}."


def _missing(mined: Mined, begin: float, shift: float) -> list[str]:
    """Whether there are logs of the earlier window at all."""
    first = mined.miner.begin
    if first is None or first < begin - shift / 2:
        return []
    return [f"there are no logs before {format_time(first)}: new messages may be older"]
