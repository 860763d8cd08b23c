"""`query_range` over a week of 200 series: what our server adds to the raw request to the same Prometheus."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import aiohttp
from mcp.client import Client

from tests.integration.mcp_prometheus.real_prometheus import backfill, real_prometheus
from tests.load.backends import read
from tests.load.figures import Figure
from tests.load.program import peak_rss_mib
from tests.load.samples import latencies, median, timed
from tests.load.serving import client, server

SERIES = 200
DAYS = 7
CALLS = 20
_WARM_UP = 3
_END = 1_790_006_400  # a multiple of the two hours that a block spans
_SCRAPE_SECONDS = 60
_PART_SECONDS = 7200
# What our server chooses for a week by itself, and a step that gives four times as many points.
_AUTOMATIC_SECONDS = 3600
_FINE_SECONDS = 900
_TARGET = 1.5


async def measure(folder: Path) -> list[Figure]:
    """`folder` is filled with a week of history, which takes about a minute to make."""
    (data := folder / "ranged").mkdir()
    await asyncio.to_thread(_make_history, data)
    with (
        real_prometheus(data, _samples(_END - _PART_SECONDS, _END)) as prometheus,
        server("prometheus", folder, PROMETHEUS_URL=prometheus.url) as ours,
    ):
        async with (
            aiohttp.ClientSession(prometheus.url, raise_for_status=True) as session,
            client(ours.url) as connected,
        ):
            figures = await _overhead(session, connected, "auto", _AUTOMATIC_SECONDS)
            figures += await _overhead(session, connected, "15m", _FINE_SECONDS)
        return [*figures, Figure("prometheus: memory at its highest", peak_rss_mib(ours.pid), "MiB", 256)]


async def _overhead(session: aiohttp.ClientSession, connected: Client, step: str, seconds: int) -> list[Figure]:
    """Calls and raw requests in turns, so that what else the machine does meets both alike."""
    start = _END - DAYS * 86400
    raw = read(session, "/api/v1/query_range", query="usage", start=str(start), end=str(_END), step=str(seconds))

    async def call() -> None:
        arguments = {"query": "usage", "start": str(start), "end": str(_END), "step": step}
        result = await connected.call_tool("query_range", arguments)
        assert not result.is_error, result

    through: list[float] = []
    direct: list[float] = []
    for turn in range(_WARM_UP + CALLS):
        took = await timed(call), await timed(raw)
        if turn >= _WARM_UP:
            through.append(took[0])
            direct.append(took[1])
    what = f"query_range of {DAYS} days at {SERIES} series, step {step}"
    return [
        *latencies(what, through),
        *latencies(f"{what}: the raw request", direct),
        Figure(f"{what}: p50 divided by p50 of the raw request", median(through) / median(direct), "times", _TARGET),
    ]


def _make_history(folder: Path) -> None:
    """All but the last part of the week, each part in a block of its own."""
    for end in range(_END - DAYS * 86400 + _PART_SECONDS, _END, _PART_SECONDS):
        backfill(folder, _samples(end - _PART_SECONDS, end))


def _samples(start: int, end: int) -> str:
    """A sample a minute behind `start` up to `end`, as scrapes would leave them."""
    lines = ["# TYPE usage gauge"]
    for series in range(SERIES):
        name = f'usage{{namespace="ns-{series % 10}",pod="web-{series:03}"}}'
        for moment in range(start + _SCRAPE_SECONDS, end + 1, _SCRAPE_SECONDS):
            index = moment // _SCRAPE_SECONDS
            value = 0.5 + 0.4 * math.sin(index / 60 + series) + (index * 7919 % 101) / 1000
            lines.append(f"{name} {value:.6f} {moment}")
    return "\n".join([*lines, "# EOF", ""])
