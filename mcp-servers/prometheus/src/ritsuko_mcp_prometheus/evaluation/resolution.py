"""Samples that a range query misses because its points are too far apart."""

import promql_parser as pp

from ritsuko_common.durations import format_duration
from ritsuko_mcp_prometheus.promql.syntax import ParseFailure, parse, selectors, strip_parens

LOOKBACK_SECONDS = 300.0
"""How far back an instant selector looks, unless Prometheus was started with another --query.lookback-delta."""


def resolution_hint(promql: str, step: float) -> str:
    """A hint on samples between the points and how to include them; empty if no sample is missed."""
    if step <= LOOKBACK_SECONDS:
        return ""
    try:
        root = parse(promql)
    except ParseFailure:
        return ""
    reaches = [one.lookback or LOOKBACK_SECONDS for one in selectors(root)]
    shortest = min(reaches, default=step)
    if shortest >= step:
        return ""
    every = format_duration(step)
    of = promql.strip() if isinstance(strip_parens(root), pp.VectorSelector) and len(promql) <= 100 else "..."
    return (
        f"Points are {every} apart and each covers only the {format_duration(shortest)} before it: "
        f"use max_over_time({of}[{every}]), a longer range or a shorter step to include all samples."
    )
