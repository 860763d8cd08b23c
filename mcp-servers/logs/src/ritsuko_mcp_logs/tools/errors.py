"""The tool `errors`: what goes wrong, each error once, what is new first; or all that is said."""

import asyncio
from typing import Annotated, Literal

from pydantic import Field

from ritsuko_api.envelope import Row, TimeRange
from ritsuko_common.durations import format_duration
from ritsuko_mcp_common import Parameters, ReadTool
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_logs.analysis.changes import SPANS, GroupChange, fingerprint, group_changes, level, where
from ritsuko_mcp_logs.analysis.group_names import GroupNames
from ritsuko_mcp_logs.analysis.scope import Mined, Scope, mine
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.mining.occurrences import Spans
from ritsuko_mcp_logs.phrases import arguments, counted
from ritsuko_mcp_logs.query.time_window import parse_window
from ritsuko_mcp_logs.tools.parameters import Labels, Limit, Namespace, Pod, Since, scope_of

Lines = Literal["all", "errors"]
_ERROR_LOOKS_BACK = 6 * 3600.0
"""How far the tool `error` looks back by itself."""


class ErrorsParameters(Parameters):
    """What `errors` takes."""

    namespace: Namespace = ""
    pod: Pod = ""
    since: Since = "1h"
    until: str = "now"
    lines: Annotated[Lines, Field(description="all: every message, errors or not")] = "errors"
    labels: Labels = ""
    limit: Limit = 30
    source: str = ""


async def errors(parameters: ErrorsParameters, backend: LogBackend) -> Envelope:
    """The errors (or all messages) of the window, compared with as long a time before."""
    scope, now = scope_of(parameters, backend), backend.clock()
    since, until, of, limit = parameters.since, parameters.until, parameters.lines, parameters.limit
    begin, read_until = parse_window(since, until, now)
    end = min(read_until, now)
    length = end - begin
    spans = Spans(((begin - length, begin), (begin, end)), SPANS)
    mined = await mine(scope, spans, until=read_until, everything=of == "all")
    everything = group_changes(mined)
    judged = [one for one in everything if one.now]
    gone = len(everything) - len(judged)
    names = GroupNames()
    rows = await asyncio.to_thread(lambda: [_row(one, mined, names, of) for one in judged[:limit]])
    warnings = mined.warnings
    if judged and not _reaches_back(mined, begin, length):
        warnings.append(
            f"there are no logs before {format_time(mined.miner.begin or begin)}: new messages may be older"
        )
    return Envelope(
        summary=_summary(judged, mined, gone, of, until),
        data=rows,
        total=len(judged),
        returned=len(rows),
        truncated=len(judged) > len(rows),
        warnings=warnings,
        hints=_hints(rows, scope, since if now - begin > _ERROR_LOOKS_BACK else ""),
        source=mined.source,
        time_range=TimeRange(start=format_time(begin), end=format_time(end)),
        untrusted=True,
    )


TOOL = ReadTool(
    name="errors",
    title="List errors",
    description="Each error once: fingerprint, count, and change from the window before; new and rising errors first.",
    parameters=ErrorsParameters,
    run=errors,
)


def _row(one: GroupChange, mined: Mined, names: GroupNames, of: Lines) -> Row:
    tally = one.group.tally
    return {
        "fingerprint": fingerprint(one.group, names),
        "change": "" if one.change == "steady" else one.change,
        **({"level": level(one.group)} if of == "all" else {}),
        "count": one.now,
        "before": one.before,
        "pods": where(one.group, mined),
        "first": format_time(tally.first_second),
        "lasted": format_duration(tally.last_second - tally.first_second)
        if tally.last_second > tally.first_second
        else "",
        "error" if of == "errors" else "message": names.template(one.group),
    }


def _hints(rows: list[Row], scope: Scope, since: str) -> list[str]:
    found = next((row["fingerprint"] for row in rows if row["fingerprint"]), None)
    again = " ".join(part for part in (f"error {found}", scope.asked, arguments(since=since)) if part)
    return [f"{again} shows examples of the first one."] if found else []


def _summary(judged: list[GroupChange], mined: Mined, gone: int, of: Lines, until: str) -> str:
    if mined.empty_reason:
        return mined.empty_reason
    _, (begin, end) = mined.miner.spans.windows
    span, what = format_duration(round(end - begin)), "error" if of == "errors" else "message"
    when = f"since {format_time(begin)}" + ("" if until == "now" else f" until {format_time(end)}")
    if not judged:
        silent = f"; {counted(gone, what)} of the {span} before did not recur" if gone else ""
        return f"No {what}s in {mined.read} {when}{silent}."
    changes = [
        f"{count} {change}"
        for change in ("new", "rising", "falling")
        if (count := sum(one.change == change for one in judged))
    ]
    told = f" ({', '.join(changes)})" if changes else ""
    records = counted(sum(one.now for one in judged), "record")
    return (
        f"{counted(len(judged), f'different {what}')}{told} in {records} {when}; "
        f"read {mined.read} in this {span} and the {span} before."
    )


def _reaches_back(mined: Mined, begin: float, length: float) -> bool:
    """Whether there are logs of most of the window before, so that "new" means something."""
    return mined.miner.begin is not None and mined.miner.begin < begin - length / 2
