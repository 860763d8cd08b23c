"""The tool `error`: one error, found by its fingerprint."""

import asyncio
import re
from typing import Annotated

from pydantic import Field, JsonValue

from ritsuko_api.envelope import Row, TimeRange
from ritsuko_common.durations import format_duration
from ritsuko_mcp_common import Parameters, ReadTool
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_logs.analysis.group_names import GroupNames, written
from ritsuko_mcp_logs.analysis.scope import Mined, mine
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.course import bars
from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.lines.stream import nanoseconds, split
from ritsuko_mcp_logs.mining.miner import Group
from ritsuko_mcp_logs.mining.occurrences import Example, Spans
from ritsuko_mcp_logs.phrases import counted
from ritsuko_mcp_logs.query.time_window import parse_window
from ritsuko_mcp_logs.tools.parameters import Labels, Namespace, Pod, Since, scope_of

_SPANS = 48
_PODS_SHOWN = 10
_FINGERPRINT = re.compile(r"[0-9a-f]{10}")


class ErrorParameters(Parameters):
    """What `error` takes."""

    fingerprint: Annotated[str, Field(max_length=100, description="from errors", examples=["3f9a1c07e2"])]
    namespace: Namespace = ""
    pod: Pod = ""
    since: Since = "6h"
    labels: Labels = ""
    source: str = ""


async def error(parameters: ErrorParameters, backend: LogBackend) -> Envelope:
    """What is known of it since then. Raises ToolFailure if it was not seen."""
    scope, now = scope_of(parameters, backend), backend.clock()
    wanted = parameters.fingerprint.strip().lower()
    if not _FINGERPRINT.fullmatch(wanted):
        raise ToolFailure(
            f"{parameters.fingerprint[:60]!r} is not a fingerprint",
            "A fingerprint has ten hex digits; errors lists them.",
        )
    begin, end = parse_window(parameters.since, "now", now)
    mined = await mine(scope, Spans(((begin, now),), _SPANS), until=end)
    names = GroupNames()
    group = await asyncio.to_thread(names.find, mined.groups, wanted)
    if group is None:
        known = [names.fingerprint(group) for group in mined.groups[:100]]
        raise ToolFailure(
            mined.empty_reason or f"no error with the fingerprint {wanted} in {mined.read} since {format_time(begin)}",
            suggestion(wanted, known) or "Try since=2d or another namespace.",
        )
    record = _record(wanted, group, mined, names, (now - begin) / _SPANS)
    return Envelope(
        summary=f"{counted(group.tally.count, 'record')} of this error in {mined.read} since {format_time(begin)}.",
        data=record,
        warnings=mined.warnings,
        hints=["To see the lines around it, search for a word of it with context=5."],
        source=mined.source,
        time_range=TimeRange(start=format_time(begin), end=format_time(now)),
        untrusted=True,
    ).written_by(_write)


TOOL = ReadTool(
    name="error",
    title="Show one error",
    description="One error: examples with stack traces, pods, first and last time, count over time.",
    parameters=ErrorParameters,
    run=error,
)


def _record(fingerprint: str, group: Group, mined: Mined, names: GroupNames, span: float) -> Row:
    tally = group.tally
    origins = mined.miner.origins
    pods: dict[str, JsonValue] = {
        _named(origins[number], mined): count for number, count in tally.busiest[:_PODS_SHOWN]
    }
    if len(tally.origins) > _PODS_SHOWN:
        pods["others"] = sum(count for _, count in tally.busiest[_PODS_SHOWN:])
    own = names.fingerprint(group)
    return {
        "fingerprint": fingerprint,
        **({"listed by errors as": own} if own != fingerprint else {}),
        "error": names.template(group),
        "level": group.level or "none",
        "count": tally.count,
        "different messages": len(group.members),
        "first": format_time(tally.first_second),
        "last": format_time(tally.last_second),
        "course": f"{bars(tally.counts_by_span(mined.miner.spans))} ({format_duration(round(span))} each)",
        "pods": pods,
        "examples": [_shown(example, mined) for example in _examples(group)],
    }


def _named(origin: Origin, mined: Mined) -> str:
    return "/".join(part for part in (origin.within(mined.coverages[0].namespace), origin.container) if part)


def _examples(group: Group) -> list[Example]:
    """The newest record, the oldest, and of other messages than theirs one each, up to four."""
    chosen = [group.tally.last, group.tally.first, *(member.last for member in group.members)]
    return list({b"\n".join(example.raws): example for example in chosen}.values())[:4]


def _shown(example: Example, mined: Mined) -> JsonValue:
    moment = nanoseconds(split(example.raws[0])[0])
    return {"from": f"{format_time(moment / 1e9)} {_named(example.origin, mined)}", "text": written(example)}


def _write(data: JsonValue) -> str:
    """The record as text, whole stack traces included."""
    lines: list[str] = []
    record: Row = data if isinstance(data, dict) else {}
    for name, value in record.items():
        match value:
            case list():
                for example in value:
                    shown: Row = example if isinstance(example, dict) else {}
                    lines += ["", f"{shown.get('from')}:", f"{shown.get('text')}"]
            case dict():
                lines.append(f"{name + ':':20} " + ", ".join(f"{key} {count}" for key, count in value.items()))
            case _:
                lines.append(f"{name + ':':20} {value}")
    return "\n".join(lines)
