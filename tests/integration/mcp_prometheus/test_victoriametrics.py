"""What VictoriaMetrics says otherwise than Prometheus: answers recorded from its version 1.122.0."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from tests.integration.mcp_prometheus.backends import backend
from tests.integration.mcp_prometheus.calls import Asking, asking
from tests.mcp_serving import serving

UP = {"metric": {"__name__": "up", "job": "web"}, "value": [1795529329, "1"]}
STATS = {"seriesFetched": "1", "executionTimeMsec": 0}
EXECUTING = 'error when executing query="{}" for (time=1795529329000, step=300000): '
NO_OPERAND = 'singleExpr: unexpected token ""; want "(", "{", "-", "+"; unparsed data: ""'
NO_LABEL = 'cannot parse matches[]=up{: labelFilterExpr: unexpected token ""; want "ident"; unparsed data: ""'
REFUSED = {
    "sum(": EXECUTING.format("sum(") + NO_OPERAND,
    "foo(up)": EXECUTING.format("foo(up)") + 'unsupported function "foo"',
    "up{": NO_LABEL,
    "up[5x] + 1": EXECUTING.format("up[5x] + 1")
    + 'windowAndStep: unexpected token "x"; want "]"; unparsed data: "x] + 1"',
}
DATA: dict[str, Any] = {
    "label/__name__/values": ["up", "x_total"],
    "label/job/values": ["web"],
    "labels": ["__name__", "job"],
    "status/tsdb": {
        "totalSeries": 10079,
        "totalLabelValuePairs": 60441,
        "seriesCountByMetricName": [{"name": "big", "value": 10000, "requestsCount": 0, "lastRequestTimestamp": 0}],
        "labelValueCountByLabelName": [{"name": "id", "value": 10000}, {"name": "__name__", "value": 36}],
    },
    "metadata": {},
    "alerts": {"alerts": []},
    "rules": {"groups": []},
    "targets": {"activeTargets": [], "droppedTargets": []},
}


async def victoriametrics(request: web.Request) -> web.Response:
    path = request.path.removeprefix("/api/v1/")
    asked = request.query.get("query", request.query.get("match[]", ""))
    if asked in REFUSED:
        return web.json_response({"status": "error", "errorType": "422", "error": REFUSED[asked]}, status=422)
    if path == "query":
        body = {"resultType": "vector", "result": [UP]}
        partial = {"isPartial": True} if asked == "up offset 1d" else {}
        return web.json_response({"status": "success", **partial, "data": body, "stats": STATS})
    if path in DATA:
        return web.json_response({"status": "success", "data": DATA[path]})
    return web.Response(status=400, text=f'unsupported path requested: "{request.path}"\n')


@asynccontextmanager
async def in_front_of_it() -> AsyncIterator[Asking]:
    async with (
        backend(victoriametrics) as url,
        serving(build(PrometheusSettings(prometheus_url=url))) as address,
        asking(address, url) as ask,
    ):
        yield ask


@pytest.mark.parametrize(
    ("query", "said", "marked"),
    [
        ("sum(", 'line 1, column 5: singleExpr: unexpected token ""', "sum(\n    ^"),
        ("up[5x] + 1", 'line 1, column 5: windowAndStep: unexpected token "x"; want "]"', "up[5x] + 1\n    ^"),
    ],
)
@pytest.mark.parametrize("tool", ["query", "explain"])
async def test_a_malformed_query_is_marked(tool: str, query: str, said: str, marked: str) -> None:
    async with in_front_of_it() as ask:
        answer = await ask.tool(tool, fails=True, query=query)
    assert said in answer["summary"]
    assert answer["data"] == marked


async def test_an_unknown_function_and_a_malformed_selector() -> None:
    async with in_front_of_it() as ask:
        function = await ask.tool("query", fails=True, query="foo(up)")
        selector = await ask.tool("labels", fails=True, match="up{")
    assert function["summary"] == 'the query was rejected: unsupported function "foo"'
    assert function["hints"] == ["Did you mean floor?"]
    assert 'line 1, column 4: labelFilterExpr: unexpected token ""' in selector["summary"]


async def test_a_query_is_explained_without_a_formatter_also_one_that_only_metricsql_knows() -> None:
    async with in_front_of_it() as ask:
        plain = await ask.tool("explain", query='up{job="web"}')
        other = await ask.tool("explain", query="up default 0")
        nothing = await ask.tool("explain", fails=True, query=" ")
    assert plain["summary"] == "An instant vector from up. No mistakes found, and all names exist."
    assert plain["warnings"] == []
    assert other["summary"].startswith("Prometheus accepts this query, but it can't be explained")
    assert "no expression found" in nothing["summary"]


async def test_a_partial_answer_is_said_to_be_one() -> None:
    async with in_front_of_it() as ask:
        answer = await ask.tool("query", query="up offset 1d")
    assert answer["data"][0]["value"] == 1
    assert answer["warnings"] == ["the result is partial: some storage nodes did not respond"]


async def test_the_other_tools_answer_too() -> None:
    async with in_front_of_it() as ask:
        found = await ask.tool("search", text="up")
        described = await ask.tool("describe", metric="x_total")
        labels = await ask.tool("labels")
        most = await ask.tool("search", sort="series")
        quiet = [await ask.tool(tool) for tool in ("alerts", "rules", "targets")]
    assert [row["metric"] for row in found["data"]] == ["up"]
    assert described["summary"].startswith("x_total is a counter (guessed).")
    assert [row["label"] for row in labels["data"]] == ["__name__", "job"]
    assert most["summary"] == "10,079 series, 99% of them from big."
    assert most["hints"][1] == "Labels with the most values: id 10,000, __name__ 36."
    assert [answer["data"] for answer in quiet] == [[], [], []]
