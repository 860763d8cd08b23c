"""The tool `incident`: what errors, Kubernetes events and alerts there were, on one time line."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from ritsuko_api.envelope import Row, TimeRange
from ritsuko_common.durations import format_duration
from ritsuko_mcp_common import Parameters, ReadTool
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_logs.analysis.changes import SPANS, GroupChange, group_changes, where
from ritsuko_mcp_logs.analysis.group_names import GroupNames
from ritsuko_mcp_logs.analysis.kubernetes_events import RecurringEvent, events, merge_events
from ritsuko_mcp_logs.analysis.prometheus_alerts import FiredAlert, alerts
from ritsuko_mcp_logs.analysis.scope import Mined, mine
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.mining.occurrences import Spans
from ritsuko_mcp_logs.phrases import counted
from ritsuko_mcp_logs.query.time_window import parse_window
from ritsuko_mcp_logs.tools.parameters import Labels, Limit, Namespace, Pod, Since, scope_of

_CHANGED = ("new", "rising")
_MOST_ERRORS = 500
_KINDS = ("error", "alert", "warning", "event")
"""The most telling first."""

T = TypeVar("T")


class IncidentParameters(Parameters):
    """What `incident` takes."""

    namespace: Namespace = ""
    since: Since = "30m"
    until: str = "now"
    pod: Pod = ""
    labels: Labels = ""
    limit: Limit = 100
    source: str = ""


async def incident(parameters: IncidentParameters, backend: LogBackend) -> Envelope:
    """What happened between the two moments. Raises ToolFailure only if the logs cannot be read at all."""
    scope, now, limit = scope_of(parameters, backend), backend.clock(), parameters.limit
    cluster, settings = backend.cluster, backend.alerts
    begin, read_until = parse_window(parameters.since, parameters.until, now)
    end = min(read_until, now)
    spans = Spans(((begin - (end - begin), begin), (begin, end)), SPANS)
    mined = await mine(scope, spans, until=read_until)
    namespace = mined.coverages[0].namespace
    warnings = [*([mined.empty_reason] if mined.empty_reason else []), *mined.warnings]
    happened, fired = await asyncio.gather(
        _told("Kubernetes events", events(cluster, namespace, begin, end), warnings),
        _told("alerts", alerts(settings, namespace, begin, end), warnings) if settings.prometheus_url else _nothing(),
    )
    if not settings.prometheus_url:
        warnings.append("alerts are not included: PROMETHEUS_URL is not set")
    if scope.pod:
        happened = [one for one in happened if one.about.partition("/")[2].startswith(scope.pod.partition("*")[0])]
    judged = [one for one in group_changes(mined) if one.now]
    changed = [one for one in judged if one.change in _CHANGED]
    names = GroupNames()
    entries = [
        *await asyncio.to_thread(lambda: [_of_error(one, mined, names, begin) for one in changed[:_MOST_ERRORS]]),
        *(_of_event(one) for one in merge_events(happened)),
        *(_of_alert(one) for one in fired),
    ]
    rows = [row for _, row in _most_telling(entries, limit)]
    return Envelope(
        summary=_summary(mined, len(judged), changed, happened, fired),
        data=rows,
        total=len(entries),
        returned=len(rows),
        truncated=len(entries) > len(rows),
        warnings=warnings,
        hints=_hints(judged, changed, len(entries) - len(rows)),
        source=mined.source,
        time_range=TimeRange(start=format_time(begin), end=format_time(end)),
        untrusted=True,
    )


TOOL = ReadTool(
    name="incident",
    title="Show an incident timeline",
    description="Timeline of new and rising errors, Kubernetes events and alerts.",
    parameters=IncidentParameters,
    run=incident,
)


async def _told(what: str, asking: Awaitable[list[T]], warnings: list[str]) -> list[T]:
    """What comes of asking; if it fails the rest of the answer still stands."""
    try:
        return await asking
    except ToolFailure as failure:
        warnings.append(f"{what} are missing: {failure.message}")
        return []


async def _nothing() -> list[FiredAlert]:
    return []


def _most_telling(entries: list[tuple[float, Row]], limit: int) -> list[tuple[float, Row]]:
    """In the order of time; if there are more, those that tell of something wrong rather than those that don't."""
    kept = sorted(entries, key=lambda entry: (_KINDS.index(str(entry[1]["kind"])), entry[0]))[:limit]
    return sorted(kept, key=lambda entry: entry[0])


def _of_error(one: GroupChange, mined: Mined, names: GroupNames, begin: float) -> tuple[float, Row]:
    """At its first record if it is new; else where it began to rise: at the first span above all before."""
    tally, spans = one.group.tally, mined.miner.spans
    start = float(tally.first_second)
    if one.before:
        usual = max(tally.counts_by_span(spans, 0))
        course = tally.counts_by_span(spans, 1)
        place = next((index for index, count in enumerate(course) if count > usual), 0)
        start = begin + place * (spans.windows[1][1] - begin) / spans.count
    said = f"{names.template(one.group)} ({one.change}, {names.fingerprint(one.group)})"
    return start, _row("error", start, tally.last_second, one.now, where(one.group, mined), said)


def _of_event(one: RecurringEvent) -> tuple[float, Row]:
    kind = "warning" if one.warning else "event"
    return one.first, _row(kind, one.first, one.last, one.count, one.about, f"{one.reason}: {one.message}")


def _of_alert(one: FiredAlert) -> tuple[float, Row]:
    severity = f" ({one.severity})" if one.severity else ""
    earlier = ", already firing before" if one.before else ""
    return one.first, _row("alert", one.first, one.last, 1, one.about, f"{one.name}{severity}{earlier}")


def _row(kind: str, first: float, last: float, count: int, about: str, what: str) -> Row:
    return {
        "time": format_time(int(first)),
        "kind": kind,
        "where": about,
        "count": count,
        "lasted": format_duration(int(last) - int(first)) if int(last) > int(first) else "",
        "what": what,
    }


def _summary(
    mined: Mined, errors: int, changed: list[GroupChange], happened: list[RecurringEvent], fired: list[FiredAlert]
) -> str:
    warnings = sum(one.warning for one in happened)
    _, (begin, end) = mined.miner.spans.windows
    return (
        f"{counted(len(changed), 'new or rising error')} of {errors}, {counted(warnings, 'warning')} among "
        f"{counted(len(happened), 'event')}, {counted(len(fired), 'alert')} from {format_time(begin)} to "
        f"{format_time(end)}; read {mined.read}."
    )


def _hints(judged: list[GroupChange], changed: list[GroupChange], left_out: int) -> list[str]:
    hints: list[str] = []
    if usual := len(judged) - len(changed):
        hints.append(f"{counted(usual, 'error')} as frequent as before left out; errors lists them.")
    if left_out:
        hints.append(f"{counted(left_out, 'row')} left out, normal events first: raise limit, or narrow with pod.")
    return hints
