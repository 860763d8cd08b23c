"""Why a query result is empty: names that do not exist, no data at that time, or conditions that nothing meets."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from ritsuko_common.durations import format_duration
from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.catalogue.nearest_names import nearest_names
from ritsuko_mcp_prometheus.diagnosis.existence import causes
from ritsuko_mcp_prometheus.diagnosis.presence import EvaluationTime, Presence, presence
from ritsuko_mcp_prometheus.promql.lint import Finding, lint
from ritsuko_mcp_prometheus.promql.metric_names import metric_names
from ritsuko_mcp_prometheus.promql.syntax import ParseFailure, Selector, parse, selectors

_LOOKUP_SECONDS = 3.0
_MOST_SELECTORS = 6
_MOST_TOLD = 3
_CLOCKS_APART = 60.0
_EMPTYING = "quantile-without-le"


@dataclass(frozen=True, slots=True)
class Explanation:
    """`summary` says why the result is empty, `hints` what to query instead."""

    summary: str
    hints: list[str]


async def explain_empty(client: PrometheusClient, promql: str, when: EvaluationTime, *, now: float) -> Explanation:
    """Look up the names in the query. A lookup that fails or times out leaves the reason open and raises nothing."""
    if when.start > now + _CLOCKS_APART:
        return in_the_future(when.start, now)
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            return await _explain(client, promql, when)
    except ToolFailure as failure:
        return Explanation("No series.", [f"The reason could not be determined: {failure.message}"])
    except TimeoutError:
        return Explanation("No series.", [f"The reason could not be determined within {_LOOKUP_SECONDS:g} s."])


def in_the_future(moment: float, now: float) -> Explanation:
    """The time is in the future."""
    return Explanation(
        f"No series: {format_time(moment)} is in the future (now: {format_time(now)}).",
        ["Use -1h for an hour ago."],
    )


async def _explain(client: PrometheusClient, promql: str, when: EvaluationTime) -> Explanation:
    existing = await client.metric_names()
    if not existing:
        return Explanation("No series: this Prometheus has no metrics.", ["Check its scrape configuration."])
    named = metric_names(promql)
    if unknown := [name for name in named if name not in existing]:
        return Explanation(
            f"No series: there is no metric named {' or '.join(unknown)}.",
            [_nearest(name, existing) for name in unknown],
        )
    try:
        root = parse(promql)
    except ParseFailure:
        chosen, suspicious = [Selector(name, (), None, ()) for name in named], list[Finding]()
    else:
        chosen, suspicious = selectors(root), [one for one in lint(root, {}) if one.rule == _EMPTYING]
    if found := [*await causes(client, chosen, existing, when.end), *suspicious]:
        told = found[:_MOST_TOLD]
        return Explanation(
            f"No series: {'; '.join(one.message for one in told)}.", [_instead(one) for one in told if one.instead]
        )
    return await _explain_time(client, chosen, when)


def _nearest(name: str, existing: list[str]) -> str:
    near = nearest_names(name, existing)
    if near:
        return f"Nearest to {name}: {', '.join(near)}."
    return f"None of the {len(existing):,} metrics has a name like {name}."


def _instead(finding: Finding) -> str:
    told = finding.instead if finding.rule.startswith("no-such") else f"use {finding.instead}"
    return f"{told[0].upper()}{told[1:]}{'' if told.endswith(('?', '.')) else '.'}"


async def _explain_time(client: PrometheusClient, chosen: Sequence[Selector], when: EvaluationTime) -> Explanation:
    own_time = {(one.text, one.lookback): one for one in chosen if not one.shifted}
    looked_at = list(own_time.values())[:_MOST_SELECTORS]
    found = await asyncio.gather(*(presence(client, one, when) for one in looked_at))
    if between := [one for one in found if not one.selected and one.between]:
        return _between_points([one.selector.name for one in between], when)
    if stale := [one for one in found if not one.of_metric and not one.selected and one.selector.metric]:
        return _no_sample(list(dict.fromkeys(one.selector.name for one in stale)), when)
    if unmatched := [one for one in found if not one.selected]:
        return await _unmatched(client, unmatched[0], when)
    if elsewhen := list(dict.fromkeys(one.name for one in chosen if one.shifted)):
        return Explanation(
            f"No series of {', '.join(elsewhen)} matches the query at the time set by offset or @.",
            ["Query that time without offset or @ to see whether there is data."],
        )
    if not found:
        return Explanation("No series meets the query's conditions.", ["Relax the label matchers or comparisons."])
    held = " and ".join(f"{one.selected:,} series of {one.selector.name}" for one in found)
    return Explanation(f"No series meets the query's conditions, out of {held} {when}.", [])


def _between_points(names: Sequence[str], when: EvaluationTime) -> Explanation:
    every = format_duration(when.step)
    return Explanation(
        f"No series: {', '.join(names)} {_has(names)} samples {when}, but none shortly before any of the points, "
        f"which are {every} apart.",
        [f"max_over_time({names[0]}[{every}]) includes them; or use a shorter time range or step."],
    )


def _no_sample(names: Sequence[str], when: EvaluationTime) -> Explanation:
    return Explanation(
        f"No series: {', '.join(names)} {_has(names)} no sample {when}{'' if when.step else ' or shortly before'}.",
        ["The metric exists at other times: query another time, or check whether its target is still scraped."],
    )


def _has(names: Sequence[str]) -> str:
    return "has" if len(names) == 1 else "have"


async def _unmatched(client: PrometheusClient, one: Presence, when: EvaluationTime) -> Explanation:
    """The metric exists at that time, but no series of it matches."""
    chosen = one.selector
    among = f" of the {one.of_metric:,} series of {chosen.metric}" if chosen.metric else ""
    summary = f"No series: none{among} matches {chosen.text} {when}."
    label = next((it.label for it in chosen.matchers if it.operator == "=~" and it.label != "__name__"), "")
    if not label or is_sensitive_name(label):
        return Explanation(summary, ["Relax the label matchers, or query another time."])
    values = await client.label_values(label, Selector(chosen.metric, (), None, ()).text if chosen.metric else "")
    return Explanation(summary, [f"Values of {label}: {', '.join(values[:10])}{', …' if len(values) > 10 else ''}."])
