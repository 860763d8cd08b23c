"""Asking for figures: what they are now first, what they were before as far as there is time."""

import asyncio
import math
from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from ritsuko_mcp_prometheus.analysis.service.readings import Figure
from ritsuko_mcp_prometheus.analysis.service.signals import Line
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.errors import QueryFailed

_AT_ONCE = 6
_DAY_SECONDS = 86400.0
_EARLIER_SECONDS = 6.0
_LITTLE_DEVIATION = 1e-9

_T = TypeVar("_T")


async def figures(client: PrometheusClient, lines: Sequence[Line], at: float, span: float) -> tuple[list[Figure], bool]:
    """Each line's value at the moment, `span` seconds before it and a day before it; and whether all was asked.

    A store that is slow, as one is that has trouble, still answers with what is now.
    """
    slots = asyncio.Semaphore(_AT_ONCE)

    async def value(query: str, moment: float) -> float | None:
        async with slots:
            answer = await client.query(query, moment)
        found = answer.series[0].samples[0][1] if answer.series and answer.series[0].samples else math.nan
        return None if math.isnan(found) else found

    async def highest_bound(buckets: str) -> float | None:
        """Quantiles in the last bucket are given as the highest bound that is a number."""
        async with slots:
            answer = await client.query(f"count by (le) ({buckets})", at)
        bounds = [_bound(one.labels.get("le", "")) for one in answer.series]
        return max((bound for bound in bounds if math.isfinite(bound)), default=None)

    async def now(line: Line) -> tuple[float | None, str]:
        try:
            return (await value(line.query, at), "") if line.query else (None, "")
        except QueryFailed as failure:
            return None, failure.message

    current = await asyncio.gather(*map(now, lines))
    there = [line for line, (found, _) in zip(lines, current, strict=True) if found is not None]
    bounds = {line.buckets: asyncio.create_task(highest_bound(line.buckets)) for line in there if line.buckets}
    earlier = {
        (line, moment): asyncio.create_task(value(line.query, moment))
        for moment in (at - span, at - _DAY_SECONDS)
        for line in there
    }
    complete = await _within(_EARLIER_SECONDS, [*bounds.values(), *earlier.values()])

    def figure(line: Line, found: float | None, failure: str) -> Figure:
        if found is None:
            return Figure(line, failure=failure)
        bound = _result(bounds.get(line.buckets))
        before, day_ago = (_result(earlier[line, moment]) for moment in (at - span, at - _DAY_SECONDS))
        scaled = [None if one is None else one * line.scale for one in (before, day_ago)]
        at_least = bound is not None and found >= bound * (1 - _LITTLE_DEVIATION)
        return Figure(line, found * line.scale, *scaled, at_least=at_least)

    return [figure(line, *found) for line, found in zip(lines, current, strict=True)], complete


async def _within(seconds: float, tasks: Collection[asyncio.Task[Any]]) -> bool:
    """Wait so long for all of them and end the rest: whether each came to something, if only to a refusal."""
    if not tasks:
        return True
    try:
        await asyncio.wait(tasks, timeout=seconds)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return all(not task.cancelled() and isinstance(task.exception(), QueryFailed | None) for task in tasks)


def _result(task: asyncio.Task[_T] | None) -> _T | None:
    return None if task is None or task.cancelled() or task.exception() else task.result()


def _bound(le: str) -> float:
    try:
        return float(le)
    except ValueError:
        return math.nan
