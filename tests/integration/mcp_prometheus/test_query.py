"""`query` and `query_range` against a real Prometheus: the same values as its raw API, told better."""

import math
import statistics
from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

import httpx2
import pytest
import pytest_asyncio
from mcp import Client

from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from tests.integration.mcp_prometheus.conftest import END, SECRET
from tests.integration.mcp_prometheus.real_prometheus import Prometheus
from tests.mcp_serving import serving

pytestmark = [pytest.mark.prometheus, pytest.mark.asyncio(loop_scope="module")]

AT = str(END)
QUERIES = [
    "cpu_usage",
    "sum(cpu_usage)",
    "sum by (pod) (cpu_usage)",
    "avg without (pod) (cpu_usage)",
    "topk(3, cpu_usage)",
    "bottomk(2, cpu_usage)",
    "sort(cpu_usage)",
    "sort_desc(cpu_usage)",
    "quantile(0.9, cpu_usage)",
    "stddev(cpu_usage)",
    'count_values("n", round(cpu_usage, 0.1))',
    "rate(http_requests_total[5m])",
    "irate(http_requests_total[5m])",
    "increase(http_requests_total[1h])",
    "delta(node_memory_bytes[30m])",
    "deriv(node_memory_bytes[30m])",
    "predict_linear(node_memory_bytes[1h], 3600)",
    "resets(http_requests_total[1d])",
    "changes(cpu_usage[10m])",
    "histogram_quantile(0.9, rate(latency_seconds_bucket[10m]))",
    "rate(latency_seconds_sum[5m]) / rate(latency_seconds_count[5m])",
    "avg_over_time(cpu_usage[1h])",
    "max_over_time(cpu_usage[1h:5m])",
    "quantile_over_time(0.5, cpu_usage[1h])",
    "holt_winters(cpu_usage[1h], 0.5, 0.5)",
    "last_over_time(cpu_usage[5m])",
    "absent(no_such_thing)",
    "absent_over_time(no_such_thing[1h])",
    "cpu_usage offset 6h",
    "cpu_usage @ 1789990000",
    "cpu_usage > 0.5",
    "cpu_usage > bool 0.5",
    "cpu_usage and topk(2, cpu_usage)",
    "cpu_usage or node_memory_bytes",
    "cpu_usage unless topk(2, cpu_usage)",
    "cpu_usage * on (pod) group_left cpu_usage",
    'label_replace(cpu_usage, "short", "$1", "pod", "web-(.*)")',
    'label_join(cpu_usage, "both", "/", "namespace", "pod")',
    "node_memory_bytes / 2 ^ 30 % 3",
    "-cpu_usage",
    "clamp(cpu_usage, 0.3, 0.6)",
    "round(cpu_usage, 0.01)",
    "abs(ceil(cpu_usage) - floor(cpu_usage))",
    "exp(ln(cpu_usage)) + sqrt(cpu_usage) + log2(cpu_usage) + log10(cpu_usage)",
    "sgn(cpu_usage - 0.5)",
    "timestamp(cpu_usage)",
    "vector(42)",
    "scalar(sum(cpu_usage))",
    "time()",
    "1 / 0",
    "0 / 0",
    "-1 / 0",
    "pi() * 2",
    "hour() + minute() + day_of_week()",
    "strange",
    "leaky",
    'cpu_usage{pod=~"web-[0-2]"}',
    'cpu_usage{pod!~"web-[0-2]",namespace!=""}',
    '{__name__=~"cpu.*|node.*"}',
    "count(many)",
    "group(many)",
]


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


def same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def key(labels: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Labels without those that a secret was in: what they read is not what Prometheus said."""
    return tuple(sorted((name, str(text)) for name, text in labels.items() if text and name not in ("token", "dsn")))


def labels_of(row: Mapping[str, Any], shared: Mapping[str, str], figures: set[str]) -> dict[str, str]:
    own = {name.removeprefix("label:"): text for name, text in row.items() if name not in figures}
    if "metric" in own:
        own["__name__"] = own.pop("metric")
    return {**shared, **own}


def shared_of(series: list[dict[str, Any]]) -> dict[str, str]:
    if len(series) < 2:
        return {}
    return dict(set.intersection(*(set(one["metric"].items()) for one in series)))


@pytest.mark.parametrize("query", QUERIES)
async def test_values_are_those_of_the_raw_api(address: str, prometheus: Prometheus, query: str) -> None:
    raw: Any = prometheus.get("query", query=query, time=AT)
    answer = await ask(address, "query", query=query, time=AT, limit=1000)
    if raw["resultType"] == "scalar":
        assert same(number(answer["data"][0]["value"]), number(raw["result"][1]))
        return
    shared = shared_of(raw["result"])
    expected = {key(one["metric"]): number(one["value"][1]) for one in raw["result"]}
    shown = {key(labels_of(row, shared, {"value", "reads"})): number(row["value"]) for row in answer["data"]}
    assert shown.keys() == expected.keys()
    assert all(same(shown[labels], value) for labels, value in expected.items())
    if query.startswith(("sort", "topk", "bottomk")):
        assert [number(row["value"]) for row in answer["data"]] == [number(one["value"][1]) for one in raw["result"]]


@pytest.mark.parametrize("query", [query for query in QUERIES if not query.startswith(("count_values", "many"))])
async def test_points_of_a_range_are_those_of_the_raw_api(address: str, prometheus: Prometheus, query: str) -> None:
    start, end, step = END - 3000, END, 300
    raw: Any = prometheus.get("query_range", query=query, start=start, end=end, step=step)
    answer = await ask(
        address, "query_range", query=query, start=str(start), end=str(end), step="5m", points=True, limit=1000
    )
    shared = shared_of(raw["result"])
    expected = [(key(one["metric"]), number(point[1])) for one in raw["result"] for point in one["values"]]
    shown = [(key(labels_of(row, shared, {"time", "value"})), number(row["value"])) for row in answer["data"]]
    if answer["truncated"]:
        assert answer["total"] == len(expected)
        expected = sorted(expected, key=lambda point: point[0])[: len(shown)]
    # As text, since NaN is not equal to itself.
    assert sorted(map(str, shown)) == sorted(map(str, expected))


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
        assert len(row["course"]) == 24
        assert {"▁", "█"} <= set(row["course"])


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


async def test_a_cursor_from_elsewhere_is_refused(address: str) -> None:
    answer = await ask(address, "query", query="many", time=AT, limit=10)
    refused = await ask(address, "query", fails=True, query="cpu_usage", time=AT, cursor=answer["next_cursor"])
    assert "another question" in refused["text"]


async def test_a_target_that_is_down_can_be_told_from_one_that_is_up(address: str) -> None:
    answer = await ask(address, "query", query="up")
    assert {row["job"]: row["value"] for row in answer["data"]} == {"prometheus": 1, "nobody": 0}
    assert "2 series" in answer["summary"]


@pytest.mark.parametrize(
    ("query", "spot", "said"),
    [
        ('up{job="x', 'up{job="x\n       ^', "unterminated quoted string"),
        ("rate(up)", "rate(up)\n     ^", "put a duration behind the selector"),
        ("raet(up[5m])", "raet(up[5m])\n^", "Did you mean rate"),
        ("up +\n )", ")\n ^", "line 2, column 2"),
        ('"ä" + up)', '"ä" + up)\n        ^', "parenthesis too many"),
        ("sum(up) by", "^", "grouping opts"),
        ("", "^", "for example: up"),
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
    assert "shorter time or a longer step" in answer["text"]


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
