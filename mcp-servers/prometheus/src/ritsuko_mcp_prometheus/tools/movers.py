"""`movers`: what changed most in a namespace or job around a moment."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field, JsonValue

from ritsuko_api.envelope import Row
from ritsuko_common.durations import format_duration
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_common.times import format_time, parse_time
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.analysis.changes.candidates import Candidate, candidates, most_changed
from ritsuko_mcp_prometheus.analysis.changes.effect import FLOOR, LEAST_EFFECT, SeriesChange, measure_change, rank
from ritsuko_mcp_prometheus.analysis.changes.screening import rough_changes, screenable
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.api.series import Series
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.errors import BadRequest, NotOffered, QueryFailed
from ritsuko_mcp_prometheus.evaluation.window import parse_length, time_range
from ritsuko_mcp_prometheus.presentation.labels import common_labels, label_cells, label_columns
from ritsuko_mcp_prometheus.presentation.numbers import format_value, json_number
from ritsuko_mcp_prometheus.promql.selectors import quoted, selector
from ritsuko_mcp_prometheus.statistics.robust import format_relative, relative
from ritsuko_mcp_prometheus.tools.parameters import Name, Rows, Written

_VALUE_COLUMNS = frozenset({"metric", "statistic", "before", "after", "change", "effect"})
_MOST_METRICS = 100
_MOST_SERIES = 1500
_MOST_LARGE = 5
_SHORTEST_WINDOW = 300.0
_AT_ONCE = 6
_NAMED = 8
_POINTS = 60
_SHORTEST_RATE = 240.0
_LEAST_AFTER = 120.0


class MoversParameters(Parameters):
    """What `movers` takes."""

    namespace: Name = ""
    job: Name = ""
    at: Annotated[str, Written, Field(description="time of the change, formats as in query")] = "-15m"
    window: Annotated[str, Written, Field(description="length compared before and after at")] = "1h"
    limit: Rows = 20


async def movers(parameters: MoversParameters, backend: PrometheusBackend) -> Envelope:
    """The largest changes between the window before `at` and the one after it, which may be shorter."""
    client, now = backend.client, backend.now()
    scope = _scope(parameters.namespace, parameters.job)
    moment, span = parse_time(parameters.at, now=now), parse_length(parameters.window, least=_SHORTEST_WINDOW)
    start, end = moment - span, min(moment + span, now)
    if end - moment < _LEAST_AFTER:
        raise BadRequest(
            f"there is no data after {format_time(moment)} yet",
            "Set at to the time of the change, for example at=-15m.",
        )
    envelope = Envelope(
        summary="",
        data=[],
        total=0,
        source=client.source,
        time_range=time_range(start, end),
        untrusted=True,
    )
    earlier, later = await asyncio.gather(_counts(client, scope, moment), _counts(client, scope, end))
    if not later and not earlier:
        envelope.summary = f"No metrics with {{{scope}}} at {format_time(moment)} or at {format_time(end)}."
        wanted = {
            label: value for label, value in (("namespace", parameters.namespace), ("job", parameters.job)) if value
        }
        envelope.hints = await _others(client, wanted, (start, end))
        return envelope
    rate_range = max(span / 12, _SHORTEST_RATE)
    everything = candidates({**earlier, **later}, await _types(client), scope, format_duration(round(rate_range)))
    screened = screenable(everything)
    changes = await rough_changes(client, screened, scope, start, moment, end)
    # For metrics too large to screen, one sum or mean is queried, which is small.
    large = [one for one in everything if one not in screened][:_MOST_LARGE]
    examined = [*most_changed(screened, changes, _MOST_METRICS, _MOST_SERIES), *large]
    moves, failures = await _look(client, examined, start, moment, end, rate_range)
    moved = [move for move in moves if abs(move.effect) >= LEAST_EFFECT]
    shown = moved[: parameters.limit]
    labels = [Series(move.labels, []) for move in shown]
    columns = [name for name in label_columns(labels, common_labels(labels)) if name != "__name__"]
    around = (
        f"{format_duration(round(end - moment))} after {format_time(moment)} "
        f"compared with {format_duration(span)} before"
    )
    looked = f"{len(moves):,} series of {len(examined):,} metrics with {{{scope}}}"
    envelope.summary = f"{len(moved):,} of {looked} changed: {around}."
    rule = f"effect: change of the median in units of its spread (at least {FLOOR:.0%} of the level); 20: from zero."
    if not moves:
        envelope.summary, rule = await _nothing_judged(client, scope, examined, start, span)
    elif shared := {name: text for name, text in common_labels(labels).items() if name != "__name__"}:
        envelope.summary += f" All shown match {selector(shared)}."
    envelope.data = _rows(shown, columns)
    envelope.total, envelope.returned, envelope.truncated = len(moved), len(shown), len(moved) > parameters.limit
    envelope.warnings = [
        *_left_out(everything, screened, examined, changes),
        *failures,
        *_come_and_gone(earlier, later),
    ]
    envelope.hints = [rule]
    return envelope


def _scope(namespace: str, job: str) -> str:
    parts = [f"{name}={quoted(value)}" for name, value in (("namespace", namespace), ("job", job)) if value]
    if not parts:
        raise BadRequest("namespace or job is required", "Set one of them: namespace=shop or job=node.")
    return ", ".join(parts)


async def _types(client: PrometheusClient) -> dict[str, str]:
    """Metric types from metadata; without it, as after a backfill, types are guessed from names."""
    try:
        return {name: said[0].type for name, said in (await client.metadata()).items() if said}
    except (NotOffered, QueryFailed):
        # Some backends have no metadata, and some have too much of it.
        return {}


async def _counts(client: PrometheusClient, scope: str, at: float) -> dict[str, int]:
    answer = await client.query(f"count by (__name__) ({{{scope}}})", at)
    return {one.name: int(one.samples[0][1]) for one in answer.series}


async def _others(client: PrometheusClient, wanted: Mapping[str, str], times: tuple[float, float]) -> list[str]:
    """Hints: labels without that value and their existing values, or that no metric has both."""
    hints: list[str] = []
    for label, value in wanted.items():
        values = await client.label_values(label, window=times)
        if not values:
            hints.append(f"No metric has a label {label} at that time.")
        elif value not in values:
            others_there = f"No metric has {label} {value}. Existing: {', '.join(values[:20])}."
            hints.append(suggestion(value, values) or others_there)
    if hints:
        return hints
    *others, (label, _) = wanted.items()
    beside = f"{{{', '.join(f'{name}={quoted(text)}' for name, text in others)}}}"
    values = await client.label_values(label, beside, times) if others else []
    return [f"With {beside}, {label} is one of: {', '.join(values[:20])}."] if values else ["Try another time."]


async def _nothing_judged(
    client: PrometheusClient, scope: str, examined: Sequence[Candidate], start: float, span: float
) -> tuple[str, str]:
    """Why no series was judged, and what to do."""
    if not examined:
        return (
            f"Nothing changed: no metric with {{{scope}}} differs between snapshots.",
            "Try another time or a longer window.",
        )
    lacking = "" if await _counts(client, scope, start) else f": there is no data at {format_time(start)}"
    return (
        f"None of {len(examined):,} metrics with {{{scope}}} has enough samples on both sides to be judged{lacking}.",
        f"Use a window shorter than {format_duration(span)}."
        if span > _SHORTEST_WINDOW
        else "Try again later: there are too few samples so far.",
    )


async def _look(
    client: PrometheusClient, examined: Sequence[Candidate], start: float, moment: float, end: float, blur: float
) -> tuple[list[SeriesChange], list[str]]:
    """All changes, largest first, and failures. `blur` is how long after the moment a rate still covers the past."""
    slots = asyncio.Semaphore(_AT_ONCE)
    failures: list[str] = []

    async def look(candidate: Candidate) -> list[SeriesChange]:
        async with slots:
            try:
                answer = await client.query_range(candidate.query, start, end, math.ceil((end - start) / _POINTS))
            except QueryFailed as failure:
                failures.append(f"{candidate.metric} could not be examined: {failure.message}")
                return []
        # A level changes at once, a rate gradually.
        settled = 0.0 if candidate.statistic == "level" else min(blur, (end - moment) / 2)
        if any(series.histograms for series in answer.series):
            failures.append(f"{candidate.metric} is a native histogram and was not judged: compare a quantile of it")
        moves = (measure_change(candidate, series, moment, moment + settled) for series in answer.series)
        return [move for move in moves if move is not None]

    found = [move for moves in await asyncio.gather(*map(look, examined)) for move in moves]
    return sorted(found, key=rank), failures


def _rows(moves: Sequence[SeriesChange], columns: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    for move in moves:
        row: dict[str, JsonValue] = {"metric": move.candidate.metric, "statistic": move.candidate.statistic}
        per = "/s" if move.candidate.statistic == "rate" else ""
        row["before"] = format_value(move.before, move.unit) + per
        row["after"] = format_value(move.after, move.unit) + per
        row["change"] = format_relative(relative(move.before, move.after))
        row["effect"] = json_number(round(move.effect, 1))
        rows.append({**row, **label_cells(move.labels, columns, _VALUE_COLUMNS)})
    return rows


def _left_out(
    everything: Sequence[Candidate],
    screened: Sequence[Candidate],
    examined: Sequence[Candidate],
    changes: Mapping[str, float],
) -> list[str]:
    seen, close = {one.metric for one in screened}, {one.metric for one in examined}
    resolution_hint = [one.metric for one in everything if one.metric not in seen | close]
    passed = sorted(seen - close, key=lambda metric: (-changes.get(metric, 0.0), metric))
    passed = [metric for metric in passed if changes.get(metric, 0.0) > 0]
    said: list[str] = []
    if resolution_hint:
        said.append(f"not examined, because they have many series: {_some(resolution_hint)}")
    if passed:
        said.append(f"not examined in detail, because they changed less between snapshots: {_some(passed)}")
    return said


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _come_and_gone(earlier: dict[str, int], later: dict[str, int]) -> list[str]:
    pairs = (("new", sorted(later.keys() - earlier.keys())), ("gone", sorted(earlier.keys() - later.keys())))
    return [f"{what} metrics: {_some(names)}" for what, names in pairs if names]


TOOL = ReadTool(
    name="movers",
    title="Find what changed",
    description="Metrics of a namespace or job that changed most at a time, by effect size; lists what was left out.",
    parameters=MoversParameters,
    run=movers,
)
