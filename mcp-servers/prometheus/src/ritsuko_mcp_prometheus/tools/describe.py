"""`describe`: one metric with its labels, an example and a first query."""

import asyncio
import math
from typing import cast

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.api.series import Labels
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.catalogue.families import Family, family_of
from ritsuko_mcp_prometheus.catalogue.known_families import known_families
from ritsuko_mcp_prometheus.catalogue.label_survey import survey
from ritsuko_mcp_prometheus.catalogue.nearest_names import nearest_names
from ritsuko_mcp_prometheus.catalogue.suggested_query import suggested_query
from ritsuko_mcp_prometheus.errors import BadRequest
from ritsuko_mcp_prometheus.presentation.cells import flat
from ritsuko_mcp_prometheus.presentation.numbers import format_value
from ritsuko_mcp_prometheus.promql.selectors import selector, selector_of
from ritsuko_mcp_prometheus.tools.parameters import Metric

_WINDOW_SECONDS = 3600.0
_MOST_LABELS = 40
_MOST_BOUNDS = 16


class DescribeParameters(Parameters):
    """What `describe` takes."""

    metric: Metric


async def describe(parameters: DescribeParameters, backend: PrometheusBackend) -> Envelope:
    """The metric with that name, also of a member such as `_bucket`, with a row per label."""
    client, now = backend.client, backend.now()
    known, warnings = await known_families(client)
    found = family_of(parameters.metric.strip(), known)
    if found is None:
        raise _unknown(parameters.metric.strip(), known)
    match = selector_of(found.counted)
    window = (now - _WINDOW_SECONDS, now)
    names = [name for name in await client.label_names(match, window) if name != "__name__"]
    example, count, labels, bounds, recorded = await asyncio.gather(
        _example(client, found, now),
        _count(client, match, now),
        survey(client, names[:_MOST_LABELS], match, window),
        _bounds(client, found, window),
        _recorded(client, found.name),
    )
    if len(names) > _MOST_LABELS:
        warnings.append(f"only the first {_MOST_LABELS} of {len(names)} labels were examined")
    envelope = Envelope(summary=_sentence(found, count, now), source=client.source, warnings=warnings, untrusted=True)
    labels = [*labels, *bounds]
    envelope.data, envelope.total = labels, len(labels)
    if len(found.members) > 1:
        envelope.hints.append(f"Stored as {', '.join(found.members)}.")
    envelope.hints += recorded
    if example is not None:
        envelope.hints.append(f"Example: {example}")
    if count == 0:
        envelope.hints.append("The metric exists at other times, or its targets are no longer scraped: see targets.")
    envelope.hints.append(f"Try: {suggested_query(found, [(str(row['label']), row['values']) for row in labels])}")
    return envelope.written_by(flat())


def _sentence(family: Family, count: int | None, now: float) -> str:
    unit = f" in {family.unit}" if family.unit and family.unit != "timestamp" else ""
    help = f": {' '.join(family.help.split())}" if family.help else ""
    end = "" if help.endswith((".", "!", "?")) else "."
    how_many = "" if count is None else f" {count:,} series at {format_time(now)}."
    article = "an" if family.type[0] in "aeiou" else "a"
    return f"{family.name} is {article} {family.described_type}{unit}{help}{end}{how_many}"


async def _recorded(client: PrometheusClient, name: str) -> list[str]:
    """The recording rule of the metric. By convention only recorded metrics have colons in their names.

    https://prometheus.io/docs/practices/rules/#naming
    """
    if ":" not in name:
        return []
    try:
        groups = await client.rules()
    except ToolFailure:
        return []
    rules = [rule for group in groups for rule in group.rules if (rule.type, rule.name) == ("recording", name)]
    return [
        f"Recorded by a rule: {rule.query}" + (f" (failing: {rule.lastError})" if rule.lastError else "")
        for rule in rules
    ]


async def _count(client: PrometheusClient, match: str, at: float) -> int | None:
    try:
        answer = await client.query(f"count({match})", at)
    except ToolFailure:
        return None
    return int(answer.series[0].samples[0][1]) if answer.series else 0


async def _example(client: PrometheusClient, family: Family, at: float) -> str | None:
    """A series and its value, as the end of a sentence."""
    member = family.name if family.name in family.members else family.counted
    # For native histograms other functions return nothing or zero.
    if not family.buckets and (held := await _highest(client, f"histogram_count({selector_of(member)})", at)):
        labels, count = held
        named = selector({"__name__": member, **labels})
        return f"{named} is a histogram of {format_value(count)} observations"
    if not (found := await _highest(client, selector_of(member), at)):
        return None
    labels, value = found
    counted = member != family.name and member.endswith(("_count", "_bucket"))
    return f"{selector(labels)} = {format_value(value, '' if counted else family.unit)}"


async def _highest(client: PrometheusClient, query: str, at: float) -> tuple[Labels, float] | None:
    try:
        answer = await client.query(f"topk(1, {query})", at)
    except ToolFailure:
        return None
    return next(((series.labels, series.samples[0][1]) for series in answer.series if series.samples), None)


async def _bounds(client: PrometheusClient, family: Family, window: tuple[float, float]) -> list[Row]:
    """A row for the bounds of a classic histogram; the other labels come from its count, which has no bounds."""
    if not family.buckets:
        return []
    try:
        values = await client.label_values("le", selector_of(family.buckets), window)
    except ToolFailure:
        return []
    bounds = sorted(values, key=_bound)
    shown = (
        bounds if len(bounds) <= _MOST_BOUNDS else [*bounds[: _MOST_BOUNDS // 2], "…", *bounds[-_MOST_BOUNDS // 2 :]]
    )
    return [{"label": "le", "values": len(bounds), "examples": cast(JsonValue, shown)}] if bounds else []


def _bound(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        return math.inf


def _unknown(metric: str, known: list[Family]) -> BadRequest:
    near = nearest_names(metric, [one.name for one in known])
    hint = f"Nearest: {', '.join(near)}." if near else "Use search to find metrics by words."
    return BadRequest(f"there is no metric named {metric!r}", hint)


TOOL = ReadTool(
    name="describe",
    title="Describe a metric",
    description="Describe a metric: type, unit, help, labels with value counts, an example and a first query.",
    parameters=DescribeParameters,
    run=describe,
)
