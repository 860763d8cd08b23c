"""`performance`: a service's rate, errors, duration and saturation, from whatever its metrics are called."""

import asyncio
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from ritsuko_mcp_common.envelope import Envelope, Row
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_common.times import format_duration, format_time, parse_time

from ..client import PrometheusClient
from ..empty import in_the_future
from ..errors import BadRequest, QueryFailed
from ..values import format_value
from .conventions import CONVENTIONS, USAGES, Convention, Usage, prefixed
from .ownership import Found, find, namespaces
from .robust import format_relative, relative
from .selectors import quoted
from .windows import length, time_range

_QUANTILES = (0.5, 0.95, 0.99)
_AT_ONCE = 6
_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?:\|([^}]*))?\}")
_JOBS_SHOWN = 20
_RECENT_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Line:
    """A figure to ask for, or, without a query, one that can't be and why."""

    signal: str
    source: str
    query: str = ""
    unit: str = ""
    scale: float = 1.0
    note: str = ""


async def performance(
    client: PrometheusClient, name: str, namespace: str, duration: str, at: str, *, now: float
) -> Envelope:
    """The four golden signals of the service over the time before `at`, and over the same time before that."""
    if not name.strip():
        raise BadRequest("no service is named", "Give the name of a service, workload or job.")
    moment, span = parse_time(at, now=now), length(duration, least=60)
    range_ = format_duration(span)
    found = await find(client, name, namespace, moment, range_)
    where = f"{name} in {namespace}" if namespace else name
    envelope = Envelope(
        summary="",
        data=[],
        total=0,
        source=client.source,
        time_range=time_range(moment - span, moment),
        untrusted=True,
    )
    if not found and moment - span > now:
        explanation = in_the_future(moment, now)
        envelope.summary, envelope.hints = explanation.summary, explanation.hints
        return envelope
    if not found:
        envelope.summary = (
            f"No metrics of {where} in the {range_} before {format_time(moment)}, by any convention known here."
        )
        envelope.hints = await _near(client, name, moment, now)
        return envelope
    lines = [*_requests(found, range_), *_usages(found, range_)]
    rows = await _values(client, lines, moment, span)
    sources = ", ".join(dict.fromkeys(part for line in lines if line.query for part in line.source.split(", ")))
    envelope.summary = f"{where} in the {range_} up to {format_time(moment)}, found by: {sources}."
    spread = namespaces(found.values())
    if not namespace and len(spread) > 1:
        envelope.warnings.append(
            f"{name} is in {len(spread)} namespaces ({', '.join(spread[:6])}), and these figures are of all of them: "
            "give one of them as namespace"
        )
    if not any(line.signal == "rate" for line in lines):
        known = ", ".join(dict.fromkeys(convention.name for convention in CONVENTIONS))
        envelope.hints.append(
            f"Metrics of requests that are known here: {known}, and http_requests_total with any prefix."
        )
    envelope.data = rows
    envelope.total = envelope.returned = len(rows)
    return envelope


def _requests(found: Mapping[str, Found], range_: str) -> list[Line]:
    lines: list[Line] = []
    used: set[str] = set()
    for convention in (*CONVENTIONS, *prefixed(found)):
        counter = found.get(convention.counter)
        if counter and convention.name not in used and (convention.only is None or convention.only in counter.seen):
            used.add(convention.name)
            lines += _of_convention(convention, counter, found, range_)
    if lines:
        return lines
    return [Line("rate, errors, duration", "", note="no metric of requests that is known here carries this name")]


def _of_convention(convention: Convention, counter: Found, found: Mapping[str, Found], range_: str) -> list[Line]:
    only = _only(convention)
    everything = f"sum(rate({counter.selector(only)}[{range_}]))"
    lines = [Line("rate", convention.name, everything, "/s")]
    labels = {label for label, _ in counter.seen}
    outcome = next((label for label in convention.outcomes if label in labels), None)
    if outcome:
        failed = counter.selector(only, f"{outcome}=~{quoted(convention.failed)}")
        ratio = f"(sum(rate({failed}[{range_}])) or vector(0)) / {everything}"
        lines.append(Line("errors", convention.name, ratio, "share"))
    else:
        wanted = " or ".join(convention.outcomes)
        lines.append(Line("errors", convention.name, note=f"{counter.metric} has no label {wanted}"))
    return lines + _durations(convention, found, range_)


def _only(convention: Convention) -> str:
    return f"{convention.only[0]}={quoted(convention.only[1])}" if convention.only else ""


def _durations(convention: Convention, found: Mapping[str, Found], range_: str) -> list[Line]:
    if buckets := found.get(f"{convention.durations}_bucket"):
        summed = f"sum by (le) (rate({buckets.selector(_only(convention))}[{range_}]))"
        return [
            Line(
                f"duration p{quantile * 100:g}",
                convention.name,
                f"histogram_quantile({quantile:g}, {summed})",
                "seconds",
                convention.scale,
            )
            for quantile in _QUANTILES
        ]
    total, count = found.get(f"{convention.durations}_sum"), found.get(f"{convention.durations}_count")
    if total and count:
        parts = [f"sum(rate({part.selector(_only(convention))}[{range_}]))" for part in (total, count)]
        note = "a mean: there are no buckets for quantiles"
        return [Line("duration mean", convention.name, " / ".join(parts), "seconds", convention.scale, note)]
    return [Line("duration", convention.name, note=f"there is no {convention.durations}_bucket with this name")]


def _usages(found: Mapping[str, Found], range_: str) -> list[Line]:
    lines: list[Line] = []
    for usage in USAGES:
        missing = [metric for metric in usage.metrics if metric not in found]
        if not missing:
            lines.append(Line(usage.signal, usage.source, _filled(usage, found, range_), usage.unit))
        elif len(missing) < len(usage.metrics):
            lines.append(Line(usage.signal, usage.source, note=f"there is no {' or '.join(missing)} with this name"))
    if not any(line.query for line in lines):
        reason = "neither cAdvisor, kube-state-metrics nor process metrics carry this name"
        return [Line("saturation", "", note=reason)]
    return lines


def _filled(usage: Usage, found: Mapping[str, Found], range_: str) -> str:
    query = _PLACEHOLDER.sub(lambda match: found[match[1]].selector(match[2] or ""), usage.query)
    return query.replace("[range]", f"[{range_}]")


async def _values(client: PrometheusClient, lines: Sequence[Line], at: float, span: float) -> list[Row]:
    slots = asyncio.Semaphore(_AT_ONCE)

    async def value(line: Line, moment: float) -> float:
        async with slots:
            answer = await client.query(line.query, moment)
        return answer.series[0].samples[0][1] * line.scale if answer.series and answer.series[0].samples else math.nan

    async def row(line: Line) -> Row:
        if not line.query:
            return _row(line, "absent", "", "", line.note)
        try:
            now, before = await asyncio.gather(value(line, at), value(line, at - span))
        except QueryFailed as failure:
            return _row(line, "failed", "", "", failure.message)
        if math.isnan(now):
            return _row(line, "none", "", "", line.note or "no requests in this time, or too few samples for a rate")
        earlier = "" if math.isnan(before) else _written(before, line.unit)
        change = "" if math.isnan(before) else format_relative(relative(before, now))
        return _row(line, _written(now, line.unit), earlier, change, line.note)

    return await asyncio.gather(*map(row, lines))


def _row(line: Line, value: str, before: str, change: str, note: str) -> Row:
    row: dict[str, JsonValue] = {"signal": line.signal, "value": value, "before": before, "change": change}
    return {**row, "found by": line.source, "note": note, "query": line.query}


def _written(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value * 100:.3g} %"
    if unit == "seconds" and 0 < value < 1:
        return f"{value * 1000:.3g} ms"
    if unit in ("/s", "cores"):
        return f"{value:,.3g}{unit}" if unit == "/s" else f"{value:.3g} cores"
    return format_value(value, unit)


async def _near(client: PrometheusClient, name: str, at: float, now: float) -> list[str]:
    """Names like it at that time; or whether it is there now."""
    if names := await _named(client, at):
        if near := suggestion(name, names):
            return [near]
        return [f"Jobs and services there are: {', '.join(names[:_JOBS_SHOWN])}."]
    names = await _named(client, now)
    told = [f"No metric has a job or service in the hour before {format_time(at)}: ask for another time."]
    if name in names:
        return [*told, f"Now there are metrics of {name}: at=now."]
    return [*told, *([f"Now: {near}"] if (near := suggestion(name, names)) else [])]


async def _named(client: PrometheusClient, at: float) -> list[str]:
    window = at - _RECENT_SECONDS, at
    jobs, services = await asyncio.gather(
        client.label_values("job", window=window), client.label_values("service", window=window)
    )
    return sorted({*jobs, *services})
