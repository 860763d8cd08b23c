"""The tool `fields`: what can be asked for, seen in the newest lines, or in those that match."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from ritsuko_api.envelope import Row
from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_common import Parameters, ReadTool
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.diagnosis.missing_names import explain_empty
from ritsuko_mcp_logs.diagnosis.unknown_fields import fields_instead
from ritsuko_mcp_logs.phrases import counted
from ritsuko_mcp_logs.query.conditions import amount
from ritsuko_mcp_logs.query.query import time_range
from ritsuko_mcp_logs.query.time_window import parse_window
from ritsuko_mcp_logs.search.field_statistics import FieldValues, reads_sample, sample_fields
from ritsuko_mcp_logs.sources.coverage import Coverage, unread, where
from ritsuko_mcp_logs.tools.parameters import Labels, Level, Limit, Namespace, Pod, Since, Text, log_request

_TOP = 3
_FEWEST_AMOUNTS = 3
_SHARE_OF_AMOUNTS = 0.9
_LONGEST_VALUE = 80
_HIDDEN = "(secrets)"


class FieldsParameters(Parameters):
    """What `fields` takes."""

    name: Annotated[str, Field(description="show this field's values")] = ""
    namespace: Namespace = ""
    pod: Pod = ""
    container: str = ""
    since: Since = "1h"
    until: str = "now"
    text: Text = ""
    level: Level = ""
    labels: Labels = ""
    limit: Limit = 50
    source: str = ""


async def fields(parameters: FieldsParameters, backend: LogBackend) -> Envelope:
    """The fields of the newest lines, or of all that match; or the values of the field `name`."""
    request, name, now = log_request(parameters), parameters.name, backend.clock()
    source = backend.sources.choose(request.source)
    query = request.query(*parse_window(request.since, request.until, now))
    coverage = Coverage()
    lines, seen = await sample_fields(source, query, coverage, name)
    await explain_empty(source, query, coverage)
    rows = (_values(name, seen, lines) if name else _names(seen, lines, request.limit)) if lines else []
    newest = "the newest " if reads_sample(source, query) else ""
    of = f"{newest}{counted(lines, 'line')}{request.described} of {where(coverage, coverage.pods)}"
    what = f"{counted(len(rows), 'value')} of {name}" if name else counted(len(seen), "field")
    amounts = f" {told}" if rows and name and (told := _spread(seen[name])) else ""
    summary = f"{what} in {of}.{amounts}"
    if not lines:
        summary = f"No line{request.described} was written in {where(coverage, coverage.matched_pods)} in that time."
    return Envelope(
        summary=coverage.empty_reason or summary,
        data=rows[: request.limit],
        truncated=len(rows) > request.limit,
        total=len(rows),
        warnings=unread(coverage),
        hints=[] if rows or not lines else ["These lines are plain text: not JSON, key=value or an access log."],
        source=coverage.origin,
        time_range=time_range(query, now),
        untrusted=True,
    )


TOOL = ReadTool(
    name="fields",
    title="List fields",
    description="Fields (JSON, logfmt, store labels) of the newest lines, "
    "or of lines with a text or level, and their values.",
    parameters=FieldsParameters,
    run=fields,
)


def _names(seen: dict[str, FieldValues], lines: int, limit: int) -> list[Row]:
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


def _values(name: str, seen: dict[str, FieldValues], lines: int) -> list[Row]:
    if is_sensitive_name(name):
        raise ToolFailure(f"the values of {name[:60]} are secrets", "Ask for another field.")
    if name not in seen:
        raise ToolFailure(f"no field {name[:60]!r} in the newest {counted(lines, 'line')}", fields_instead(name, seen))
    found = seen[name]
    return [
        {"value": value, "lines": count, "share": f"{count / found.lines:.1%}"}
        for value, count in found.values.most_common()
    ]


def _spread(seen: FieldValues) -> str:
    """`From 3 to 904, half up to 120, 95 % up to 610.`, if values are numbers or durations, as they were written."""
    known = [(found, value, count) for value, count in seen.values.items() if (found := amount(value))]
    kinds = {found[0] for found, _, _ in known}
    total = sum(count for _, _, count in known)
    if len(known) < _FEWEST_AMOUNTS or len(kinds) > 1 or total < _SHARE_OF_AMOUNTS * seen.lines:
        return ""
    known.sort(key=lambda one: one[0])
    least, half, nearly_all, most = (_at(share, known, total) for share in (0, 0.5, 0.95, 1))
    return f"From {least} to {most}, median {half}, 95th percentile {nearly_all}."


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
