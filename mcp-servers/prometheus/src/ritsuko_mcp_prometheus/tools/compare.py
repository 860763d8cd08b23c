"""`compare`: a query compared with the same query a day, a week or any time earlier."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import Field, JsonValue

from ritsuko_api.envelope import Row
from ritsuko_common.durations import format_duration
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.analysis.verdict import NOTABLE_EFFECT, NOTABLE_SHARE, Comparison, judge_all
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.api.series import Labels, Series
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.diagnosis.empty_result import explain_empty
from ritsuko_mcp_prometheus.diagnosis.presence import EvaluationTime
from ritsuko_mcp_prometheus.errors import BadRequest
from ritsuko_mcp_prometheus.evaluation.step import choose_step, first_point
from ritsuko_mcp_prometheus.evaluation.window import parse_length, parse_window, time_range
from ritsuko_mcp_prometheus.presentation.labels import common_labels, in_common, label_cells, label_columns, subject
from ritsuko_mcp_prometheus.presentation.numbers import format_value, json_number
from ritsuko_mcp_prometheus.presentation.paging import page, page_start
from ritsuko_mcp_prometheus.presentation.units import unit_of
from ritsuko_mcp_prometheus.promql.lint import lint
from ritsuko_mcp_prometheus.promql.metric_names import metric_names
from ritsuko_mcp_prometheus.promql.syntax import ParseFailure, parse
from ritsuko_mcp_prometheus.statistics.robust import Level, format_relative
from ritsuko_mcp_prometheus.tools.parameters import Cursor, Later, Moment, Query, Rows, Written

_VALUE_COLUMNS = frozenset({"verdict", "now", "then", "change", "spread now", "spread then", "effect", "metric"})
_RULE = (
    f"Notable: the median differs by {NOTABLE_EFFECT:g} times the noise and by {NOTABLE_SHARE:.0%}, "
    "or the spread by a factor of 3."
)


class CompareParameters(Parameters):
    """What `compare` takes."""

    query: Query
    against: Annotated[str, Written, Field(description="how far back to compare: 1d, 1w")] = "1d"
    start: Moment = "-1h"
    end: Later = "now"
    limit: Rows = 30
    cursor: Cursor = ""


async def compare(parameters: CompareParameters, backend: PrometheusBackend) -> Envelope:
    """Median and spread of each series from start to end, and over the same window `against` earlier."""
    client, now = backend.client, backend.now()
    question: JsonValue = ["compare", parameters.query, parameters.against, parameters.start, parameters.end]
    place = page_start(parameters.cursor, question, now)
    first, last = parse_window(parameters.start, parameters.end, now=place.now)
    shift = parse_length(parameters.against, least=60)
    if shift < last - first:
        raise BadRequest(
            f"a window of {format_duration(last - first)} overlaps the same window {format_duration(shift)} earlier",
            "Use a shorter window, or compare further back, for example against=1w.",
        )
    step = choose_step(first, last)
    begin = first_point(first, last, step)
    current, former = await asyncio.gather(
        client.query_range(parameters.query, begin, last, step),
        client.query_range(parameters.query, begin - shift, last - shift, step),
    )
    ago = format_duration(shift)
    envelope = Envelope(
        summary="",
        data=[],
        total=0,
        source=client.source,
        warnings=list(dict.fromkeys([*current.notes, *former.notes])),
        time_range=time_range(first, last),
        untrusted=True,
    )
    if not current.series and not former.series:
        explanation = await explain_empty(client, parameters.query, EvaluationTime(first, last, step), now=now)
        envelope.summary = f"{explanation.summary} The same applies {ago} earlier."
        envelope.hints = explanation.hints
        return envelope
    native = sum(map(_is_native, current.series))
    if native:
        left = "1 native histogram was" if native == 1 else f"{native} native histograms were"
        envelope.warnings.append(f"{left} left out: compare histogram_quantile of them")
    found = judge_all(_numbers(current.series), _numbers(former.series), shift, int((last - first) / step) + 1)
    if not former.series and await _empty(client, last - shift):
        found = [replace(one, verdict="no history") for one in found]
        envelope.warnings.append(
            f"no history: there is no data at {format_time(last - shift)}, not even up; compare with a more recent time"
        )
    if not found:
        envelope.summary = "Nothing to compare: all series are native histograms, which have no single value."
        return envelope
    labels = [Series(one.labels, []) for one in found]
    shared = common_labels(labels)
    envelope.summary = _summary(
        found, parameters.query, shared, f"{format_time(first)} to {format_time(last)} compared with {ago} earlier"
    )
    envelope.hints = [*_hints(found), *_counted_up(parameters.query)]
    columns = label_columns(labels, shared)
    return page(envelope, found, lambda part: _rows(part, columns), at=place, limit=parameters.limit, question=question)


def _is_native(series: Series) -> bool:
    return bool(series.histograms) and not series.samples


def _numbers(series: Sequence[Series]) -> list[Series]:
    return [one for one in series if not _is_native(one)]


async def _empty(client: PrometheusClient, moment: float) -> bool:
    """Whether Prometheus has no data at that time: every scrape records `up`."""
    return not (await client.query("count(up)", moment)).series


def _summary(found: Sequence[Comparison], query: str, shared: Labels, times: str) -> str:
    counts = Counter(one.verdict for one in found)
    parts = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common() if verdict != "unchanged")
    of = in_common(shared)
    if counts["no history"] == len(found):
        return f"Nothing to compare {len(found):,} series with: {times}{of}."
    if len(found) == 1:
        return f"{subject(found[0].labels, query)} is {found[0].verdict}: {times}."
    if not parts:
        return f"Nothing notable in {len(found):,} series: {times}{of}."
    notable = sum(one.notable for one in found)
    return f"{notable:,} of {len(found):,} series are notable ({parts}): {times}{of}."


def _hints(found: Sequence[Comparison]) -> list[str]:
    hints = [_RULE]
    counts = Counter(one.verdict for one in found)
    if (counts["new"] and counts["gone"]) and counts["new"] + counts["gone"] > len(found) / 2:
        hints.append("Most series are new or gone, as after replacing pods: compare an aggregate such as sum by (...).")
    if counts["not finite"]:
        hints.append(f"{counts['not finite']:,} without a finite value at either time: NaN (such as 0/0) or infinite.")
    if counts["too short"]:
        hints.append(f"{counts['too short']:,} too short to judge: they cover less than a third of the window.")
    return hints


def _counted_up(query: str) -> list[str]:
    """A hint about counters without a rate: their value depends on when the process started."""
    types = {name: "counter" for name in metric_names(query) if name.endswith("_total")}
    try:
        found = lint(parse(query), types)
    except ParseFailure:
        return []
    return [f"{one.message}: compare {one.instead}." for one in found if one.rule == "unrated-counter"]


def _rows(found: Sequence[Comparison], columns: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    for one in found:
        unit = unit_of(one.labels.get("__name__", ""))
        row: dict[str, JsonValue] = {"verdict": one.verdict, **label_cells(one.labels, columns, _VALUE_COLUMNS)}
        row["now"] = _figure(one.now, unit)
        row["then"] = _figure(one.then, unit)
        both = one.now is not None and one.then is not None
        row["change"] = format_relative(one.share) if both else ""
        row["spread now"] = format_value(one.now.spread, unit) if one.now else ""
        row["spread then"] = format_value(one.then.spread, unit) if one.then else ""
        row["effect"] = json_number(round(one.effect, 1)) if both else ""
        rows.append(row)
    return rows


def _figure(found: Level | None, unit: str) -> str:
    return format_value(found.median, unit) if found else "none"


TOOL = ReadTool(
    name="compare",
    title="Compare with earlier",
    description="Compare a query with the same time a day or week earlier: median and spread per series, notable "
    "changes first, including new and gone series.",
    parameters=CompareParameters,
    run=compare,
)
