"""Why a query came to nothing: no such metric, no recent sample, or nothing that meets its conditions."""

import asyncio
from dataclasses import dataclass

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time

from .client import PrometheusClient
from .names import metric_names, nearest_names
from .series import PLAIN_NAME

_LOOKUP_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Explanation:
    """`summary` says that there is nothing and why, `hints` what to ask instead."""

    summary: str
    hints: list[str]


async def explain_empty(client: PrometheusClient, promql: str, at: float) -> Explanation:
    """Look up the metrics that the query names. A lookup that fails leaves the reason open and fails nothing."""
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            return await _explain(client, promql, at)
    except ToolFailure as failure:
        return Explanation("No series.", [f"Why could not be looked up: {failure.message}"])
    except TimeoutError:
        return Explanation("No series.", [f"Why could not be looked up within {_LOOKUP_SECONDS:g} s."])


async def _explain(client: PrometheusClient, promql: str, at: float) -> Explanation:
    existing = await client.metric_names()
    if not existing:
        return Explanation("No series: this Prometheus holds no metrics at all.", ["Check its scrape configuration."])
    named = metric_names(promql)
    if unknown := [name for name in named if name not in existing]:
        return Explanation(
            f"No series: there is no metric named {' or '.join(unknown)}.",
            [_nearest(name, existing) for name in unknown],
        )
    plain = [name for name in named if PLAIN_NAME.fullmatch(name)]
    return await _explain_conditions(client, plain, at)


def _nearest(name: str, existing: list[str]) -> str:
    near = nearest_names(name, existing)
    if near:
        return f"Nearest to {name}: {', '.join(near)}."
    return f"None of the {len(existing):,} metrics has a name like {name}."


async def _explain_conditions(client: PrometheusClient, names: list[str], at: float) -> Explanation:
    if not names:
        return Explanation("No series meets the query's conditions.", ["Loosen the label matchers or comparisons."])
    counted = await client.query(f'count by (__name__) ({{__name__=~"{"|".join(names)}"}})', at)
    counts = {series.name: int(series.samples[0][1]) for series in counted.series}
    moment = format_time(at)
    if stale := [name for name in names if name not in counts]:
        verb = "has" if len(stale) == 1 else "have"
        return Explanation(
            f"No series: {', '.join(stale)} {verb} no sample at {moment} or shortly before.",
            ["The metric exists at other times: ask for another time, or look whether its target is still scraped."],
        )
    held = " and ".join(f"{counts[name]:,} series of {name}" for name in names)
    return Explanation(f"No series meets the query's conditions, out of {held} at {moment}.", [])
