"""`query` and `query_range` against a real Prometheus: the same values as its raw API, told better."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any, Literal

import httpx2
import pytest
import pytest_asyncio
from aiohttp import web
from mcp import Client

from ritsuko_mcp_common import cursor as cursors
from ritsuko_mcp_prometheus.presentation.paging import PageStart
from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from tests.integration.mcp_prometheus.backends import backend
from tests.integration.mcp_prometheus.conftest import END, SECRET
from tests.integration.mcp_prometheus.real_prometheus import Prometheus
from tests.mcp_serving import serving

pytestmark = [pytest.mark.prometheus, pytest.mark.asyncio(loop_scope="module")]

AT = str(END)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(prometheus: Prometheus) -> AsyncIterator[str]:
    async with serving(build(PrometheusSettings(prometheus_url=prometheus.url))) as address:
        yield address


async def ask(address: str, tool: str, *, fails: bool = False, **arguments: Any) -> dict[str, Any]:
    """The structured answer; with `text` in it as well."""
    async with Client(f"{address}/mcp") as client:
        result = await client.call_tool(tool, arguments)
    content = result.content[0]
    assert content.type == "text"
    assert result.is_error == fails, content.text
    assert result.structured_content is not None
    return {**result.structured_content, "text": content.text}


def number(value: float | str) -> float:
    return float(value)


async def test_a_range_answers_with_statistics_and_a_trend(address: str, prometheus: Prometheus) -> None:
    answer = await ask(address, "query_range", query="cpu_usage", start=str(END - 86400), end=AT)
    assert answer["time_range"] == {"start": "2026-09-20T14:13:20Z", "end": "2026-09-21T14:13:20Z"}
    assert "a point every 10m" in answer["summary"]
    raw: Any = prometheus.get("query_range", query="cpu_usage", start=END - 86400, end=END, step=600)
    for row, one in zip(answer["data"], sorted(raw["result"], key=lambda one: one["metric"]["pod"]), strict=True):
        values = [number(point[1]) for point in one["values"]]
        assert (row["min"], row["max"], row["last"]) == (min(values), max(values), values[-1])
        assert row["points"] == len(values) == 145
        assert row["mean"] == pytest.approx(sum(values) / len(values))
        assert row["median"] == pytest.approx(statistics.median(values))
        assert len(row["sparkline"]) == 24
        assert {"▁", "█"} <= set(row["sparkline"])


async def test_one_series_without_labels_is_called_by_the_query(address: str) -> None:
    told = await ask(address, "query", query="count(\n  cpu_usage)", time=AT)
    assert told["summary"] == "count( cpu_usage) is 6 at 2026-09-21T14:13:20Z."
    course = await ask(address, "query_range", query="count(cpu_usage)", start=str(END - 3600), end=AT)
    assert course["summary"].startswith("count(cpu_usage) over 1h")
    long = await ask(address, "query", query=f"count(cpu_usage{{pod!~'{'x' * 200}'}})", time=AT)
    assert long["summary"].startswith("the query is 6 at")


async def test_a_series_that_ends_before_the_end_is_told_to(address: str) -> None:
    window = {"start": str(END - 3600), "end": str(END + 3600)}
    many = await ask(address, "query_range", query="cpu_usage", **window)
    (over,) = [hint for hint in many["hints"] if "or earlier: their last value" in hint]
    # Prometheus goes on with the last sample for five minutes.
    assert over == "6 of 6 series end at 2026-09-21T14:18:20Z or earlier: their last value is from then."
    one = await ask(address, "query_range", query="sum(cpu_usage)", **window)
    assert "Its last point is at 2026-09-21T14:18:20Z: there is no data after it." in one["hints"]
    whole = await ask(address, "query_range", query="cpu_usage", start=str(END - 3600), end=AT)
    assert whole["hints"] == []


async def test_a_mean_has_as_many_digits_as_tell_something(address: str) -> None:
    answer = await ask(address, "query_range", query="cpu_usage", start=str(END - 86400), end=AT)
    assert all(len(f"{row['mean']}") <= len("0.123456789") for row in answer["data"])


async def test_times_may_be_numbers(address: str) -> None:
    """Models write a timestamp as the number that it is."""
    typed = await ask(address, "query_range", query="cpu_usage", start=str(END - 3600), end=AT, step="60")
    as_numbers = await ask(address, "query_range", query="cpu_usage", start=END - 3600, end=int(END), step=60)
    assert as_numbers["data"] == typed["data"]
    assert as_numbers["time_range"] == typed["time_range"]


async def test_the_last_of_a_long_range_is_the_value_at_its_end(address: str, prometheus: Prometheus) -> None:
    answer = await ask(address, "query_range", query="cpu_usage", start=str(END - 58 * 86400 - 4444), end=AT)
    raw: Any = prometheus.get("query", query="cpu_usage", time=END)
    expected = {one["metric"]["pod"]: number(one["value"][1]) for one in raw["result"]}
    assert {row["pod"]: row["last"] for row in answer["data"]} == expected
    assert any("max_over_time(cpu_usage[6h])" in hint for hint in answer["hints"])


async def test_a_metric_that_does_not_exist_is_said_so_with_the_nearest(address: str) -> None:
    answer = await ask(address, "query", query="cpu_usge")
    assert answer["summary"] == "No series: there is no metric named cpu_usge."
    assert answer["data"] == []
    assert "cpu_usage" in answer["hints"][0]


async def test_an_empty_answer_tells_an_old_metric_from_conditions_that_nothing_meets(address: str) -> None:
    stale = await ask(address, "query", query="cpu_usage", time="-30s")
    assert "cpu_usage has no sample" in stale["summary"]
    unmet = await ask(address, "query", query="cpu_usage > 7", time=AT)
    assert "6 series of cpu_usage" in unmet["summary"]


@pytest.mark.parametrize(
    ("query", "said", "instead"),
    [
        ('cpu_usage{pod="web1"}', "cpu_usage has no pod 'web1'", "Did you mean web-1"),
        ('many{id="15"}', "many has no id '15'", "Did you mean 0015"),
        ('cpu_usage{pdo="web-1"}', "cpu_usage has no label pdo", "Did you mean pod?"),
        ('{namespace="shopp"}', "no metric has the namespace 'shopp'", "Did you mean shop?"),
        ('{namspace="shop"}', "no metric has the label namspace", "namespace"),
        ('cpu_usage{pod=~"web"}', 'of cpu_usage matches cpu_usage{pod=~"web"}', "Values of pod: web-0, web-1"),
        ("rate(cpu_usage[30s])", "rate() needs two samples, but [30s] contains 1 of cpu_usage", "about [2m]"),
        (
            "histogram_quantile(0.9, sum by (job) (rate(latency_seconds_bucket[5m])))",
            "histogram_quantile() needs the label le, which sum() drops",
            "sum by (le, job) (...)",
        ),
        ("cpu_usage offset -1h", "at the time set by offset or @", "without offset"),
        ('cpu_usage{pod!="web-7",x!="y"} > 7', "out of 6 series of cpu_usage", ""),
    ],
)
async def test_an_empty_answer_names_what_does_not_exist_or_cannot_work(
    address: str, query: str, said: str, instead: str
) -> None:
    answer = await ask(address, "query", query=query, time=AT)
    assert answer["data"] == []
    assert said in answer["summary"]
    assert instead in "".join(answer["hints"])


async def test_nothing_in_a_range_is_told_from_something_between_its_points(address: str) -> None:
    nothing = await ask(address, "query_range", query="many", start=str(END + 600), end=str(END + 4200))
    assert "many has no sample between 2026-09-21T14:23:20Z and" in nothing["summary"]
    between = await ask(address, "query_range", query="many", start=str(END - 30 * 86400), end=str(END + 7200))
    assert "samples between" in between["summary"]
    assert "none shortly before any of the points" in between["summary"]
    assert "max_over_time(many[" in between["hints"][0]
    unmet = await ask(address, "query_range", query="cpu_usage > 7", start=str(END - 86400), end=AT)
    assert "6 series of cpu_usage between" in unmet["summary"]


async def test_what_is_still_to_come_is_called_so(address: str) -> None:
    for tool, times in (("query", {"time": "+1h"}), ("query_range", {"start": "+1h", "end": "+2h"})):
        answer = await ask(address, tool, query="up", **times)
        assert "is in the future" in answer["summary"]


async def test_an_empty_answer_waits_for_no_reason_that_takes_long() -> None:
    """The answer stands, and says what it does not know."""

    async def answer(request: web.Request) -> web.Response:
        if not request.path.endswith("/query"):
            await asyncio.sleep(30)
        return web.json_response({"status": "success", "data": {"resultType": "vector", "result": []}})

    async with backend(answer) as url, serving(build(PrometheusSettings(prometheus_url=url))) as address:
        began = time.monotonic()
        empty = await ask(address, "query", query="up")
    assert time.monotonic() - began < 6
    assert "could not be determined within" in empty["hints"][0]


async def test_a_counter_compared_as_it_stands_is_told_to_be_one(address: str) -> None:
    times = {"start": str(END - 3600), "end": AT, "against": "2h"}
    raw = await ask(address, "compare", query="http_requests_total", **times)
    assert any("compare rate(http_requests_total[5m])" in hint for hint in raw["hints"])
    rated = await ask(address, "compare", query="rate(http_requests_total[5m])", **times)
    assert not any("is a counter" in hint for hint in rated["hints"])


async def test_the_series_of_each_value_of_a_label_are_counted_most_first(address: str) -> None:
    match = '{__name__=~"up|scrape_duration_seconds|prometheus_build_info"}'
    deadline = time.monotonic() + 30
    counts: dict[str, int] = {}
    # The first scrape may lie in the second that has not passed yet.
    while counts != {"prometheus": 3, "nobody": 2}:
        assert time.monotonic() < deadline, counts
        told = await ask(address, "query", query=f"count by (job) ({match})")
        counts = {row["job"]: row["value"] for row in told["data"]}
    answer = await ask(address, "labels", name="job", match=match)
    assert [(row["job"], row["series"]) for row in answer["data"]] == [("prometheus", 3), ("nobody", 2)]


async def test_a_page_goes_on_at_the_same_moment(address: str) -> None:
    seen: list[str] = []
    cursor = ""
    for _ in range(10):
        answer = await ask(address, "query", query="many", time=AT, limit=400, cursor=cursor)
        seen += [row["id"] for row in answer["data"]]
        assert answer["total"] == 1500
        cursor = answer.get("next_cursor", "")
        if not cursor:
            break
    assert seen == [f"{number:04}" for number in reversed(range(1500))]


async def test_every_series_of_a_comparison_can_be_reached(address: str) -> None:
    times = {"start": str(END - 600), "end": str(END + 60), "against": "2h"}
    seen: list[str] = []
    cursor = ""
    while cursor or not seen:
        answer = await ask(address, "compare", query="many", limit=200, cursor=cursor, **times)
        seen += [row["id"] for row in answer["data"]]
        cursor = answer.get("next_cursor", "")
    assert sorted(seen) == [f"{number:04}" for number in range(1500)]


async def test_a_cursor_behind_the_end_says_so(address: str) -> None:
    forged = cursors.encode(PageStart(now=END, offset=10**9), ["query", "many", AT])
    refused = await ask(address, "query", fails=True, query="many", time=AT, cursor=forged)
    assert "starts after row 1,000,000,000, but there are only 1,500 rows" in refused["text"]


async def test_a_cursor_from_elsewhere_is_refused(address: str) -> None:
    answer = await ask(address, "query", query="many", time=AT, limit=10)
    refused = await ask(address, "query", fails=True, query="cpu_usage", time=AT, cursor=answer["next_cursor"])
    assert "a different call" in refused["text"]


async def test_a_target_that_is_down_can_be_told_from_one_that_is_up(address: str) -> None:
    answer = await ask(address, "query", query="up")
    assert {row["job"]: row["value"] for row in answer["data"]} == {"prometheus": 1, "nobody": 0}
    assert "2 series" in answer["summary"]
    assert answer["summary"].endswith("; all of metric up.")


@pytest.mark.parametrize(
    ("query", "spot", "said"),
    [
        ('up{job="x', 'up{job="x\n       ^', "unterminated quoted string"),
        ("rate(up)", "rate(up)\n     ^", "add a duration after the selector"),
        ("raet(up[5m])", "raet(up[5m])\n^", "Did you mean rate"),
        ("up +\n )", ")\n ^", "line 2, column 2"),
        ('"ä" + up)', '"ä" + up)\n        ^', "extra closing parenthesis"),
        ("sum(up) by", "^", "grouping opts"),
        ("", "^", "for example: up"),
        ("sum by job (up)", "^", "sum by (job) (...)"),
        ("rate(up[5m]) by (job)", "^", "Only aggregations take by"),
        ("checkout is slow", "checkout is slow\n         ^", "performance to check a service"),
    ],
)
async def test_bad_promql_shows_the_spot_and_a_hint(address: str, query: str, spot: str, said: str) -> None:
    answer = await ask(address, "query", fails=True, query=query)
    assert spot in answer["text"]
    assert said in answer["text"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"start": "yesterday-ish"}, "not a time"),
        ({"start": "now", "end": "-1h"}, "not before the end"),
        ({"step": "1s", "start": "-30d"}, "Use a step of"),
        ({"step": "0"}, "at least 1ms"),
        ({"step": "5 parsecs"}, "not a duration"),
        ({"limit": 0}, "limit"),
        ({"start": "-" + "9" * 60 + "d"}, ""),
        ({"url": "http://elsewhere"}, "no argument 'url'"),
    ],
)
async def test_bad_arguments_are_named(address: str, arguments: dict[str, Any], said: str) -> None:
    answer = await ask(address, "query_range", fails=True, query="up", **arguments)
    assert said in answer["text"]
    assert "unexpectedly" not in answer["text"]


async def test_more_samples_than_prometheus_allows_is_explained(address: str) -> None:
    answer = await ask(address, "query", fails=True, query="count_over_time(cpu_usage[1d:1s])", time=AT)
    assert "shorter time range or a longer step" in answer["text"]


async def test_secrets_in_labels_do_not_come_out(address: str) -> None:
    for tool, arguments in (("query", {"time": AT}), ("query_range", {"start": str(END - 60), "end": AT})):
        answer = await ask(address, tool, query="leaky", **arguments)
        assert SECRET not in str(answer)
        assert "hunter2secret" not in str(answer)
        assert any("redacted" in warning for warning in answer["warnings"])
    failed = await ask(address, "query", fails=True, query=f'leaky{{token="{SECRET}"')
    assert SECRET not in str(failed)


async def test_nothing_in_an_answer_closes_its_code_block(address: str) -> None:
    answer = await ask(address, "query", query="leaky", time=AT)
    assert 'a"b|c`d' in answer["text"]
    assert answer["untrusted"] is True


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_both_protocol_versions_list_and_call(address: str, mode: Literal["legacy"]) -> None:
    async with Client(f"{address}/mcp", mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        result = await client.call_tool("query", {"query": "count(many)", "time": AT})
    assert list(tools)[:2] == ["query", "query_range"]
    for tool in tools.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert not {"url", "header", "token", "password"} & tool.input_schema["properties"].keys()
    assert list(tools["query"].input_schema["properties"])[:2] == ["query", "time"]
    assert list(tools["query_range"].input_schema["properties"])[:4] == ["query", "start", "end", "step"]
    assert result.structured_content is not None
    assert result.structured_content["data"] == [{"value": 1500}]


async def test_raw_json_rpc_is_enough_to_call_it(address: str) -> None:
    call = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "query", "arguments": {"query": "sum(up)"}},
    }
    headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25"}
    async with httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{address}/mcp", json=call, headers=headers)
        health = await http.get(f"{address}/health")
    assert answer.status_code == 200
    assert "sum(up)" in answer.text or '"value":1' in answer.text.replace(" ", "")
    assert health.json()["backend"]["reachable"] is True
