"""Native histograms of a real Prometheus: they have no single value, and are told by what they hold."""

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import pytest

from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from tests.integration.mcp_prometheus.calls import asking
from tests.integration.mcp_prometheus.native_histograms import native_histogram_target
from tests.integration.mcp_prometheus.real_prometheus import real_prometheus
from tests.mcp_serving import serving

pytestmark = pytest.mark.prometheus

_PATIENCE_SECONDS = 30.0
_SAMPLES = "# TYPE anything gauge\nanything 1 1790000000\n# EOF\n"


async def test_native_histograms_are_told_by_what_they_hold(tmp_path: Path) -> None:
    async with native_histogram_target() as port:
        jobs = f"""
  - job_name: native
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
        # Its start blocks, and waits for scrapes: only for those that don't come from here.
        with real_prometheus(tmp_path, _SAMPLES, jobs=jobs, features="native-histograms") as prometheus:
            settings = PrometheusSettings(prometheus_url=prometheus.url)
            async with serving(build(settings)) as address, asking(address, prometheus.url) as ask:
                raw = await _three_scrapes(ask)
                at = str(raw["histogram"][0])
                answer = await ask.tool("query", query="native_seconds", time=at)
                both = await ask.tool("query", query='{__name__=~"native_seconds|up",job="native"}', time=at)
                course = await ask.tool("query_range", query="native_seconds", start="-10s", step="1s")
                points = await ask.tool("query_range", query="native_seconds", start="-10s", step="1s", points=True)
                rate = await ask.tool("query", query="rate(native_seconds[30s])", time=at)
                compared = await ask.tool("compare", query="native_seconds", start="-10s", against="1m")
                described = await ask.tool("describe", metric="native_seconds")
    held = raw["histogram"][1]
    (row,) = answer["data"]
    assert (row["value"], row["count"], row["sum"]) == ("histogram", int(held["count"]), float(held["sum"]))
    assert row["mean"] == 3.4
    assert (row["from"], row["to"]) == (1, 8)
    assert "a histogram of" in answer["summary"]
    assert {row["value"] for row in both["data"]} == {"histogram", 1}
    assert [row["count"] for row in both["data"] if row["value"] == 1] == [""]
    assert (course["data"][0]["min"], course["data"][0]["max"]) == (3.4, 3.4)
    assert any(hint.startswith("1 of them is a native histogram, shown by") for hint in course["hints"])
    assert compared["summary"].startswith("Nothing to compare: all series are native histograms")
    assert compared["warnings"][0] == "1 native histogram was left out: compare histogram_quantile of them"
    counts = [row["count"] for row in points["data"]]
    assert counts == sorted(counts)
    assert all(count % 10 == 0 for count in counts)
    assert rate["data"][0]["mean"] == pytest.approx(3.4)
    assert "native_seconds is a histogram" in described["summary"]
    (example,) = [hint for hint in described["hints"] if hint.startswith("Example: ")]
    assert re.fullmatch(r"Example: native_seconds\{.*\} is a histogram of [\d,]+0 observations", example)
    assert "Try: histogram_quantile(0.95, sum (rate(native_seconds[5m])))" in described["hints"]


async def test_performance_reads_durations_from_native_histograms(tmp_path: Path) -> None:
    name = "http_request_duration_seconds"
    async with native_histogram_target(name) as port:
        jobs = f"""
  - job_name: native
    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]
"""
        with real_prometheus(tmp_path, _SAMPLES, jobs=jobs, features="native-histograms") as prometheus:
            async with (
                serving(build(PrometheusSettings(prometheus_url=prometheus.url))) as address,
                asking(address, prometheus.url) as ask,
            ):
                at = (await _three_scrapes(ask, name))["histogram"][0]
                told = await ask.tool("performance", name="native", window="1m", at=str(at))
                rows = {row["signal"]: row for row in told["data"]}
                median = await ask.raw("query", query=rows["duration p50"]["query"], time=at)
    assert rows["rate"]["found by"] == "Prometheus client"
    assert rows["rate"]["value"].endswith("/s")
    assert rows["errors"]["value"] == "100 %"
    # Of ten observations three are up to 2 and eight up to 4.
    assert float(median["data"]["result"][0]["value"][1]) == pytest.approx(float(rows["duration p50"]["value"][:-2]))
    assert 2 < float(rows["duration p50"]["value"][:-2]) < 4


async def _three_scrapes(ask: Any, name: str = "native_seconds") -> dict[str, Any]:
    """The raw sample, once there are three."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found = (await ask.raw("query", query=name))["data"]["result"]
        if found and float(found[0]["histogram"][1]["count"]) >= 30:
            return found[0]
        await asyncio.sleep(0.1)
    raise AssertionError("no native histogram was scraped")
