"""`query_range`: the values of a query over a time range."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, JsonValue

from ritsuko_common.durations import format_duration
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.api.series import Series
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.diagnosis.empty_result import explain_empty
from ritsuko_mcp_prometheus.diagnosis.presence import EvaluationTime
from ritsuko_mcp_prometheus.evaluation.resolution import resolution_hint
from ritsuko_mcp_prometheus.evaluation.step import choose_step, first_point
from ritsuko_mcp_prometheus.evaluation.window import parse_window, time_range
from ritsuko_mcp_prometheus.presentation.cells import flat
from ritsuko_mcp_prometheus.presentation.labels import common_labels, folded_labels, in_common, label_columns, subject
from ritsuko_mcp_prometheus.presentation.paging import page, page_start
from ritsuko_mcp_prometheus.presentation.tables import point_rows, points_of, statistics_rows
from ritsuko_mcp_prometheus.tools.parameters import Cursor, Later, Limit, Moment, Query, Written


class QueryRangeParameters(Parameters):
    """What `query_range` takes."""

    query: Query
    start: Moment = "-1h"
    end: Later = "now"
    step: Annotated[str, Written, Field(description="time between points, such as 30s; auto: about 240 points")] = (
        "auto"
    )
    points: Annotated[bool, Field(description="return every point instead of statistics")] = False
    limit: Limit = 50
    cursor: Cursor = ""


async def query_range(parameters: QueryRangeParameters, backend: PrometheusBackend) -> Envelope:
    """The values of `query` from `start` to `end`: statistics and a sparkline per series, or a row per point."""
    client, now = backend.client, backend.now()
    question: JsonValue = [
        "query_range",
        parameters.query,
        parameters.start,
        parameters.end,
        parameters.step,
        parameters.points,
    ]
    place = page_start(parameters.cursor, question, now)
    first, last = parse_window(parameters.start, parameters.end, now=place.now)
    seconds = choose_step(first, last, parameters.step)
    answer = await client.query_range(parameters.query, first_point(first, last, seconds), last, seconds)
    envelope = Envelope(
        summary="",
        source=client.source,
        warnings=list(answer.notes),
        time_range=time_range(first, last),
        untrusted=True,
    )
    if not answer.series:
        explanation = await explain_empty(client, parameters.query, EvaluationTime(first, last, seconds), now=place.now)
        envelope.summary, envelope.hints = explanation.summary, explanation.hints
        envelope.data, envelope.total, envelope.returned = [], 0, 0
        return envelope
    series = sorted(answer.series, key=lambda one: sorted(one.labels.items()))
    shared = common_labels(series)
    columns = label_columns(series, shared)
    folded = folded_labels(series, columns)
    envelope.written_by(flat())
    envelope.summary = (
        f"{_named(series, parameters.query)} over {format_duration(round(last - first))} up to {format_time(last)}, "
        f"a point every {format_duration(seconds)}{in_common(shared)}."
    )
    if between := resolution_hint(parameters.query, seconds):
        envelope.hints.append(between)
    histograms = sum(bool(one.histograms) for one in series)
    if parameters.points:
        return page(
            envelope,
            points_of(series),
            lambda part: point_rows(part, columns, histograms=histograms > 0, folded=folded),
            at=place,
            limit=parameters.limit,
            question=question,
        )
    if over := _over(series, last, seconds):
        envelope.hints.append(over)
    if histograms:
        which = "1 of them is a native histogram" if histograms == 1 else f"{histograms} of them are native histograms"
        envelope.hints.append(
            f"{which}, shown by the mean observation: query histogram_quantile(0.9, ...) for details."
        )
    return page(
        envelope,
        series,
        lambda part: statistics_rows(part, columns, first, last, folded),
        at=place,
        limit=parameters.limit,
        question=question,
    )


def _over(series: Sequence[Series], end: float, step: float) -> str:
    """A hint about series that end early: their last value is not that of the end."""
    ends = [one.scalar_samples[-1][0] for one in series if one.scalar_samples]
    early = [moment for moment in ends if moment < end - 2 * step]
    if not early:
        return ""
    if len(series) == 1:
        return f"Its last point is at {format_time(early[0])}: there is no data after it."
    latest = format_time(max(early))
    return f"{len(early):,} of {len(series):,} series end at {latest} or earlier: their last value is from then."


def _named(series: list[Series], query: str) -> str:
    return subject(series[0].labels, query) if len(series) == 1 else f"{len(series):,} series"


TOOL = ReadTool(
    name="query_range",
    title="Query metrics over time",
    description="PromQL query over a time range: statistics, trend and sparkline per series, or all points.",
    parameters=QueryRangeParameters,
    run=query_range,
)
