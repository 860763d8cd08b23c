"""`performance`: rate, errors, duration and saturation of a service, from the metrics it has."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from ritsuko_common.durations import format_duration
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_common.times import format_time, parse_time
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.analysis.service.conventions import CONVENTIONS
from ritsuko_mcp_prometheus.analysis.service.discovery import (
    ServiceMetric,
    find_known_metrics,
    find_other_metrics,
    namespaces,
)
from ritsuko_mcp_prometheus.analysis.service.exemplars import slowest_request
from ritsuko_mcp_prometheus.analysis.service.measurement import measure
from ritsuko_mcp_prometheus.analysis.service.onset import onset
from ritsuko_mcp_prometheus.analysis.service.readings import Reading, change_text, changed_readings, reading_row
from ritsuko_mcp_prometheus.analysis.service.signals import Signal, request_signals, saturation_signals
from ritsuko_mcp_prometheus.analysis.service.suffixes import suffix_signals, uncovered_metrics
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.catalogue.service_names import service_names
from ritsuko_mcp_prometheus.diagnosis.empty_result import in_the_future
from ritsuko_mcp_prometheus.errors import BadRequest
from ritsuko_mcp_prometheus.evaluation.window import parse_length, time_range
from ritsuko_mcp_prometheus.tools.parameters import Name, Written

_JOBS_SHOWN = 20
_RECENT_SECONDS = 3600.0


class PerformanceParameters(Parameters):
    """What `performance` takes."""

    name: Annotated[str, Field(description="service, workload or job", max_length=253, examples=["checkout"])]
    namespace: Name = ""
    window: Annotated[
        str, Written, Field(description="length of the window; the same length before it is the baseline")
    ] = "15m"
    at: Annotated[str, Written, Field(description="end of the window")] = "now"


async def performance(parameters: PerformanceParameters, backend: PrometheusBackend) -> Envelope:
    """The four golden signals of the service in the window before `at`, in the window before that, and a day ago."""
    client, now = backend.client, backend.now()
    if not parameters.name.strip():
        raise BadRequest("name is empty", "Enter the name of a service, workload or job.")
    moment, span = parse_time(parameters.at, now=now), parse_length(parameters.window, least=60)
    range_ = format_duration(span)
    found = await find_known_metrics(client, parameters.name, parameters.namespace, moment, range_)
    signals = request_signals(found, range_)
    own: dict[str, ServiceMetric] = {}
    if not signals:
        everything = await find_other_metrics(client, parameters.name, parameters.namespace, moment)
        own = {metric: one for metric, one in everything.items() if metric not in found}
    where = f"{parameters.name} in {parameters.namespace}" if parameters.namespace else parameters.name
    envelope = Envelope(
        summary="",
        data=[],
        total=0,
        source=client.source,
        time_range=time_range(moment - span, moment),
        untrusted=True,
    )
    if not found and not own and moment - span > now:
        explanation = in_the_future(moment, now)
        envelope.summary, envelope.hints = explanation.summary, explanation.hints
        return envelope
    if not found and not own:
        envelope.summary = (
            f"No metrics of {where} in the {range_} before {format_time(moment)} by any known convention."
        )
        envelope.hints = await _near(client, parameters.name, moment, now)
        return envelope
    if not signals:
        note = "no known request metric has this name"
        signals = [Signal("rate, errors, duration", "", note=note), *suffix_signals(own, range_)]
        envelope.hints = [uncovered_metrics(own, signals) if own else _known()]
    (told, complete), example = await asyncio.gather(
        measure(client, [*signals, *saturation_signals(found, range_)], moment, span),
        slowest_request(client, signals, moment - span, moment),
    )
    sources = ", ".join(
        dict.fromkeys(part for one in told if one.signal.query for part in one.signal.source.split(", "))
    )
    how = f", found by: {sources}" if sources else " has metrics, but none of requests or resource usage"
    owned = [*found.values(), *own.values()]
    spread = namespaces(owned)
    envelope.summary = f"{where if spread else parameters.name} in the {range_} up to {format_time(moment)}{how}."
    _on_changes(envelope, told, range_, complete=complete)
    if not complete:
        envelope.warnings.append("some earlier values could not be queried in time")
    envelope.warnings += _on_namespaces(parameters.name, parameters.namespace, spread)
    next_steps = await _next(client, told, owned, moment, span)
    envelope.hints = [hint for hint in (*envelope.hints, *next_steps, example) if hint]
    envelope.data = [reading_row(one) for one in told]
    envelope.total = envelope.returned = len(told)
    return envelope


def _known() -> str:
    names = ", ".join(dict.fromkeys(convention.name for convention in CONVENTIONS))
    return f"Known request metrics: {names}, and http_requests_total with any prefix."


def _on_namespaces(name: str, wanted: str, spread: Sequence[str]) -> list[str]:
    """A warning if the readings do not belong to one namespace."""
    if wanted and not spread:
        return [f"these metrics have no namespace label, so namespace {wanted!r} was ignored"]
    if not wanted and len(spread) > 1:
        some = ", ".join(spread[:6])
        return [
            f"{name} is in {len(spread)} namespaces ({some}), and the values cover all of them: "
            "set namespace to one of them"
        ]
    return []


def _on_changes(envelope: Envelope, told: Sequence[Reading], range_: str, *, complete: bool) -> None:
    """Add what changed to the summary."""
    for than, earlier in ((f"the previous {range_}", False), ("a day ago", True)):
        if changed := changed_readings(told, earlier=earlier):
            envelope.summary += f" Changed from {than}: {change_text(changed, told, earlier=earlier)}."
    known = complete and any(one.before is not None or one.day_ago is not None for one in told)
    if known and not any(changed_readings(told, earlier=earlier) for earlier in (False, True)):
        envelope.summary += " Nothing rose or fell by 50% or more."


async def _next(
    client: PrometheusClient, told: Sequence[Reading], found: Sequence[ServiceMetric], at: float, span: float
) -> list[str]:
    """Hints on changes: since when, and how to find what else changed then."""
    if changed_readings(told, earlier=False):
        hints, began = list[str](), format_time(at - span)
    elif since_yesterday := changed_readings(told):
        felt = (one for one in since_yesterday if one.signal.name.startswith(("errors", "duration")))
        telling = next(felt, since_yesterday[0])
        moment = await onset(client, telling, at, span)
        began = "<that time>" if moment is None else format_time(moment)
        hints = [f"Since about {began}, by {telling.signal.name}."] if moment is not None else []
        hints = hints or ["To see since when: query_range or chart with one of the queries and start=-1d."]
    else:
        return []
    spaces = namespaces(found)
    jobs = sorted({name for one in found if one.owner.label == "job" for name in one.values})
    scope = f"namespace={spaces[0]}" if len(spaces) == 1 else f"job={jobs[0]}" if len(jobs) == 1 else ""
    return [*hints, f"To see what else changed then: movers {scope} at={began}."] if scope else hints


async def _near(client: PrometheusClient, name: str, at: float, now: float) -> list[str]:
    """Similar names at that time, or whether the name exists now."""
    if names := await service_names(client, (at - _RECENT_SECONDS, at)):
        if name in names:
            return [
                f"There are series of {name} in the hour before: check with targets whether it is still scraped, "
                "or use a longer window."
            ]
        wanted = name.lower()
        held = [one for one in names if wanted in one.lower() or one.lower() in wanted.split()]
        if near := f"Did you mean {', '.join(held[:3])}?" if held else suggestion(name, names):
            return [near]
        return [f"Existing jobs and services: {', '.join(names[:_JOBS_SHOWN])}."]
    names = await service_names(client, (now - _RECENT_SECONDS, now))
    told = [f"No metric has a job or service in the hour before {format_time(at)}: try another time."]
    if name in names:
        return [*told, f"There are metrics of {name} now: use at=now."]
    return [*told, *([f"Now: {near}"] if (near := suggestion(name, names)) else [])]


TOOL = ReadTool(
    name="performance",
    title="Check a service",
    description="Rate, errors, duration and saturation of a service: now, just before and a day ago, from the metrics "
    "it has (HTTP, gRPC, mesh, ingress, traces, containers, custom); missing signals state why.",
    parameters=PerformanceParameters,
    run=performance,
)
