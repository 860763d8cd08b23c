"""Exemplars of a real Prometheus lead from a duration to one request behind it."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from tests.integration.mcp_prometheus.backends import backend
from tests.integration.mcp_prometheus.calls import Asking, asking
from tests.integration.mcp_prometheus.real_prometheus import real_prometheus
from tests.mcp_serving import serving

pytestmark = pytest.mark.prometheus

_PATIENCE_SECONDS = 30.0
_SAMPLES = "# TYPE anything gauge\nanything 1 1790000000\n# EOF\n"
_SECRET = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
_EXPOSED = """# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{code="200",le="0.5"} %d # {trace_id="quick1"} 0.3
http_request_duration_seconds_bucket{code="200",le="1.0"} %d # {trace_id="slow1",user="%s"} 0.9
http_request_duration_seconds_bucket{code="200",le="+Inf"} %d
http_request_duration_seconds_sum{code="200"} %d
http_request_duration_seconds_count{code="200"} %d
# EOF
"""


async def test_the_slowest_request_is_named_by_its_trace(tmp_path: Path) -> None:
    scrapes = 0

    async def metrics(_: web.Request) -> web.Response:
        nonlocal scrapes
        scrapes += 1
        text = _EXPOSED % (scrapes * 9, scrapes * 10, _SECRET, scrapes * 10, scrapes * 4, scrapes * 10)
        return web.Response(
            text=text, headers={"Content-Type": "application/openmetrics-text; version=1.0.0; charset=utf-8"}
        )

    async with backend(metrics) as target:
        jobs = f"""
  - job_name: traced
    static_configs: [{{targets: ["{target.removeprefix("http://")}"]}}]
"""
        with real_prometheus(tmp_path, _SAMPLES, jobs=jobs, features="exemplar-storage") as prometheus:
            async with (
                serving(build(PrometheusSettings(prometheus_url=prometheus.url))) as address,
                asking(address, prometheus.url) as ask,
            ):
                await _scraped_thrice(ask)
                told = await ask.tool("performance", name="traced", window="1m")
    (example,) = [hint for hint in told["hints"] if hint.startswith("Example of a slow request: ")]
    assert "trace_id=slow1" in example
    assert "900 ms at 20" in example
    assert _SECRET not in str(told)


async def _scraped_thrice(ask: Asking) -> None:
    query = 'count_over_time(http_request_duration_seconds_count{job="traced"}[1m])'
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found: Any = (await ask.raw("query", query=query))["data"]["result"]
        if found and float(found[0]["value"][1]) >= 3:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the target was not scraped")
