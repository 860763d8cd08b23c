"""What a course does not show because its points lie too far apart."""

import promql_parser as pp

from ritsuko_mcp_common.times import format_duration

from .promql.nodes import Selection, Unparsable, bare, parse, selections

LOOKBACK_SECONDS = 300.0
"""How far back an instant selector looks, unless Prometheus was started with another --query.lookback-delta."""


def unseen(promql: str, step: float) -> str:
    """A sentence about the samples between the points, and how to see them; nothing where each of them plays a part."""
    if step <= LOOKBACK_SECONDS:
        return ""
    try:
        root = parse(promql)
    except Unparsable:
        return ""
    reaches = [_reach(one) for one in selections(root)]
    shortest = min(reaches, default=step)
    if shortest >= step:
        return ""
    every = format_duration(step)
    of = promql.strip() if isinstance(bare(root), pp.VectorSelector) and len(promql) <= 100 else "..."
    return (
        f"A point every {every} tells of the {format_duration(shortest)} before it, not of what lies between: "
        f"max_over_time({of}[{every}]), a longer range or a shorter step does."
    )


def _reach(one: Selection) -> float:
    """How far back from its point a selector sees, in seconds."""
    nested = [node.range.total_seconds() for node in one.path if isinstance(node, pp.SubqueryExpr) and node.range]
    return max([one.range or LOOKBACK_SECONDS, *nested])
