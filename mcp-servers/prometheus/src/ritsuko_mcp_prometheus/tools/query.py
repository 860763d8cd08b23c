"""`query`: the value of a query at one time."""

import re

from pydantic import JsonValue

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.times import format_time, parse_time
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.api.query_result import QueryResult
from ritsuko_mcp_prometheus.api.series import Labels, Series
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.diagnosis.empty_result import explain_empty
from ritsuko_mcp_prometheus.diagnosis.presence import EvaluationTime
from ritsuko_mcp_prometheus.presentation.cells import flat
from ritsuko_mcp_prometheus.presentation.labels import common_labels, folded_labels, in_common, label_columns, subject
from ritsuko_mcp_prometheus.presentation.numbers import format_value
from ritsuko_mcp_prometheus.presentation.paging import page, page_start
from ritsuko_mcp_prometheus.presentation.tables import point_rows, points_of, value_rows
from ritsuko_mcp_prometheus.presentation.units import unit_of
from ritsuko_mcp_prometheus.tools.parameters import Cursor, Limit, Moment, Query

# These sort their result; all others return it unsorted.
_ORDERING = re.compile(
    r"\s*(?:sort|sort_desc|sort_by_label|sort_by_label_desc|topk|bottomk)\s*(?:\(|by\b|without\b)", re.I
)
_FEW_VALUES = 4


class QueryParameters(Parameters):
    """What `query` takes."""

    query: Query
    time: Moment = "now"
    limit: Limit = 50
    cursor: Cursor = ""


async def query(parameters: QueryParameters, backend: PrometheusBackend) -> Envelope:
    """The value of `query` at `time`: a row per series, or per sample for a range such as `up[5m]`."""
    client, now = backend.client, backend.now()
    question: JsonValue = ["query", parameters.query, parameters.time]
    place = page_start(parameters.cursor, question, now)
    at = parse_time(parameters.time, now=place.now)
    answer = await client.query(parameters.query, at)
    envelope = Envelope(summary="", source=client.source, warnings=list(answer.notes), untrusted=True)
    moment = format_time(at)
    if answer.kind == "string":
        envelope.summary = f"A string: {answer.text}"
        return envelope
    if not answer.series:
        explanation = await explain_empty(client, parameters.query, EvaluationTime.at(at), now=place.now)
        envelope.summary, envelope.hints = explanation.summary, explanation.hints
        envelope.data, envelope.total, envelope.returned = [], 0, 0
        return envelope
    shared = common_labels(answer.series)
    columns = label_columns(answer.series, shared)
    folded = folded_labels(answer.series, columns)
    envelope.written_by(flat())
    if answer.kind == "matrix":
        points = points_of(_by_labels(answer.series))
        histograms = any(one.histograms for one in answer.series)
        envelope.summary = (
            f"{_counted(answer.series)} with {len(points):,} raw samples up to {moment}{in_common(shared)}."
        )
        return page(
            envelope,
            points,
            lambda part: point_rows(part, columns, histograms=histograms, folded=folded),
            at=place,
            limit=parameters.limit,
            question=question,
        )
    envelope.summary = _summary(answer, parameters.query, moment, shared)
    ordered = answer.series if _ORDERING.match(parameters.query) else _by_value(answer.series)
    return page(
        envelope,
        ordered,
        lambda part: value_rows(part, columns, folded),
        at=place,
        limit=parameters.limit,
        question=question,
    )


def _by_labels(series: list[Series]) -> list[Series]:
    return sorted(series, key=lambda one: sorted(one.labels.items()))


def _by_value(series: list[Series]) -> list[Series]:
    """Largest first, NaN and histograms last; equal ones by their labels, so that pages are consistent."""

    def rank(one: Series) -> tuple[bool, float]:
        value = one.samples[0][1] if one.samples else float("nan")
        return (value != value, 0.0 if value != value else -value)

    return sorted(_by_labels(series), key=rank)


def _summary(answer: QueryResult, query: str, moment: str, shared: Labels) -> str:
    series = answer.series
    if answer.kind == "scalar":
        return f"{format_value(series[0].samples[0][1])} (a scalar) at {moment}."
    if len(series) == 1 and series[0].samples:
        value = format_value(series[0].samples[0][1], unit_of(series[0].name))
        return f"{subject(series[0].labels, query)} is {value} at {moment}."
    if len(series) == 1 and series[0].histograms:
        held = series[0].histograms[0]
        count, mean = format_value(held.count), format_value(held.mean, unit_of(series[0].name))
        named = subject(series[0].labels, query)
        return f"{named} is a histogram of {count} observations, {mean} on average, at {moment}."
    return f"{_counted(series)} at {moment}{_spread(series)}{in_common(shared)}."


def _spread(series: list[Series]) -> str:
    values = [one.samples[0][1] for one in series if one.samples]
    names = {one.name for one in series}
    unit = unit_of(names.pop()) if len(names) == 1 else ""
    texts = [format_value(value, unit) for value in values]
    counts = {text: texts.count(text) for text in dict.fromkeys(texts)}
    if 0 < len(counts) <= _FEW_VALUES and len(values) > len(counts):
        parts = sorted(counts.items(), key=lambda item: -item[1])
        return ": " + ", ".join(f"{count} × {text}" for text, count in parts)
    numbers = [value for value in values if value == value]
    return f", from {format_value(min(numbers), unit)} to {format_value(max(numbers), unit)}" if numbers else ""


def _counted(series: list[Series]) -> str:
    return f"{len(series):,} series"


TOOL = ReadTool(
    name="query",
    title="Query metrics",
    description="Value of a PromQL query at one time: a row per series, largest first unless the query sorts. "
    "An empty result explains why and names similar metrics.",
    parameters=QueryParameters,
    run=query,
)
