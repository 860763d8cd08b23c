"""Measurement of signals: the current values first, then earlier ones while time allows."""

import asyncio
import math
from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from ritsuko_mcp_prometheus.analysis.service.readings import Reading
from ritsuko_mcp_prometheus.analysis.service.signals import Signal
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.errors import QueryFailed

_AT_ONCE = 6
_DAY_SECONDS = 86400.0
_EARLIER_SECONDS = 6.0
_LITTLE_DEVIATION = 1e-9

_T = TypeVar("_T")


async def measure(
    client: PrometheusClient, signals: Sequence[Signal], at: float, span: float
) -> tuple[list[Reading], bool]:
    """Each signal's value at the moment, `span` seconds and a day before; and whether all were queried.

    With a slow store the current values are still returned.
    """
    slots = asyncio.Semaphore(_AT_ONCE)

    async def value(query: str, moment: float) -> float | None:
        async with slots:
            answer = await client.query(query, moment)
        found = answer.series[0].samples[0][1] if answer.series and answer.series[0].samples else math.nan
        return None if math.isnan(found) else found

    async def highest_bound(buckets: str) -> float | None:
        """The highest finite bound, which Prometheus returns for quantiles in the last bucket."""
        async with slots:
            answer = await client.query(f"count by (le) ({buckets})", at)
        bounds = [_bound(one.labels.get("le", "")) for one in answer.series]
        return max((bound for bound in bounds if math.isfinite(bound)), default=None)

    async def now(signal: Signal) -> tuple[float | None, str]:
        try:
            return (await value(signal.query, at), "") if signal.query else (None, "")
        except QueryFailed as failure:
            return None, failure.message

    current = await asyncio.gather(*map(now, signals))
    there = [signal for signal, (found, _) in zip(signals, current, strict=True) if found is not None]
    bounds = {signal.buckets: asyncio.create_task(highest_bound(signal.buckets)) for signal in there if signal.buckets}
    earlier = {
        (signal, moment): asyncio.create_task(value(signal.query, moment))
        for moment in (at - span, at - _DAY_SECONDS)
        for signal in there
    }
    complete = await _within(_EARLIER_SECONDS, [*bounds.values(), *earlier.values()])

    def reading(signal: Signal, found: float | None, failure: str) -> Reading:
        if found is None:
            return Reading(signal, failure=failure)
        bound = _result(bounds.get(signal.buckets))
        before, day_ago = (_result(earlier[signal, moment]) for moment in (at - span, at - _DAY_SECONDS))
        scaled = [None if one is None else one * signal.scale for one in (before, day_ago)]
        at_least = bound is not None and found >= bound * (1 - _LITTLE_DEVIATION)
        return Reading(signal, found * signal.scale, *scaled, at_least=at_least)

    return [reading(signal, *found) for signal, found in zip(signals, current, strict=True)], complete


async def _within(seconds: float, tasks: Collection[asyncio.Task[Any]]) -> bool:
    """Wait for the tasks and cancel the rest; whether each completed, at least with a failed query."""
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
