"""A Prometheus that is down, slow, walled off or no Prometheus at all: what is wrong is said, and what to do."""

import asyncio
import base64
import json
import time
from pathlib import Path

import pytest
from aiohttp import web

from ritsuko_mcp_common.errors import ConfigurationError, ToolFailure
from ritsuko_mcp_common.settings import from_environment
from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from tests.integration.mcp_prometheus.backends import UP, QueryResult, backend, client, failure


def says(status: int, body: str, media: str = "text/plain", **headers: str) -> QueryResult:
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type=media, headers=named)

    return answer


def error(status: int, kind: str, message: str) -> QueryResult:
    return says(status, json.dumps({"status": "error", "errorType": kind, "error": message}))


@pytest.mark.parametrize(
    ("answer", "message", "hint"),
    [
        (says(200, "<html><title>Sign in</title></html>", "text/html"), 'an HTML page "Sign in"', "PROMETHEUS_URL"),
        (says(302, "", location="/login"), "HTTP 302, an empty body", "PROMETHEUS_URL"),
        (says(404, "404 page not found"), "404 page not found", "PROMETHEUS_URL"),
        (says(401, "Unauthorized"), "rejected our credentials: HTTP 401", "PROMETHEUS_BEARER_TOKEN_FILE"),
        (error(403, "forbidden", "no"), "rejected our credentials", "permissions"),
        (says(429, "slow down", retry_after="17"), "is rate limiting requests", "17 seconds"),
        (says(502, "<html><title>Bad Gateway</title>", "text/html"), 'HTTP 502, an HTML page "Bad Gateway"', "log"),
        (says(503, "no upstream"), "failed: HTTP 503: no upstream", "log"),
        (
            says(200, '{"status":"success","data":{"resultType":"vector","resu'),
            "was truncated after 55 bytes",
            "proxy",
        ),
        (says(200, "[]"), "does not serve the Prometheus API", "PROMETHEUS_URL"),
        (
            says(422, '{"status":"error","errorType":"execution","error":"found duplicate series"}'),
            "duplicate",
            "sum by",
        ),
        (error(503, "timeout", "query timed out"), "timed out", "shorter time"),
    ],
)
async def test_what_is_wrong_is_said_with_what_to_do(answer: QueryResult, message: str, hint: str) -> None:
    async with backend(answer) as url:
        failed = await failure(url)
    assert message in failed.message
    assert hint in failed.hint


async def test_nobody_listens() -> None:
    failed = await failure("http://app:hunter2@127.0.0.1:1/prom?")
    assert "http://127.0.0.1:1/prom is unreachable" in failed.message
    assert "hunter2" not in str(failed)


async def test_a_slow_one_is_given_its_deadline_and_then_given_up() -> None:
    asked: list[str] = []

    async def dawdle(request: web.Request) -> web.Response:
        asked.append(request.query["timeout"])
        await asyncio.Event().wait()
        raise AssertionError

    async with backend(dawdle) as url:
        started = time.monotonic()
        failed = await failure(url, mcp_deadline_seconds=1)
    assert asked == ["1000ms"]
    assert "did not respond within 3 s" in failed.message
    assert time.monotonic() - started < 5


async def test_a_flood_is_not_read_to_its_end() -> None:
    written = 0

    async def flood(request: web.Request) -> web.StreamResponse:
        nonlocal written
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(10_000):
            await response.write(b" " * 65536)
            written += 65536
        return response

    async with backend(flood) as url:
        failed = await failure(url, prometheus_max_bytes=2**20)
    assert "larger than 1 MiB" in failed.message
    assert "topk" in failed.hint
    assert written < 64 * 2**20


async def test_a_connection_cut_in_the_middle() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"status":"succ')
        assert request.transport is not None
        request.transport.close()
        return response

    async with backend(cut) as url:
        failed = await failure(url)
    assert "was interrupted" in failed.message


async def test_a_rotated_token_is_sent_without_a_restart(tmp_path: Path) -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("authorization"))
        return web.json_response(UP)

    token, pair = tmp_path / "token", tmp_path / "pair"
    token.write_text("one\n")
    pair.write_text("app:pass:word\n")
    async with backend(answer) as url:
        async with client(url, prometheus_bearer_token_file=token) as prometheus:
            await prometheus.query("up", 1.0)
            token.write_text("two\n")
            await prometheus.query("up", 1.0)
        async with client(url, prometheus_basic_auth_file=pair) as prometheus:
            await prometheus.query("up", 1.0)
        missing = await failure(url, prometheus_bearer_token_file=tmp_path / "nowhere")
        pair.write_text("no colon")
        wrong = await failure(url, prometheus_basic_auth_file=pair)
    assert seen == ["Bearer one", "Bearer two", "Basic " + base64.b64encode(b"app:pass:word").decode()]
    assert "No such file" in missing.message
    assert "user:password" in wrong.message


async def test_warnings_of_prometheus_are_passed_on() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({**UP, "warnings": ["store a is down"], "infos": ["not a counter"]})

    async with backend(answer) as url:
        service = build(PrometheusSettings(prometheus_url=url))
        envelope = await service.tools[0].fn(query="up")
        await service.backend.aclose()
    assert envelope.warnings == ["store a is down", "not a counter"]


async def test_a_native_histogram_is_not_taken_for_a_number() -> None:
    buckets = [[0, "0.5", "1", "2"], [0, "1", "2", "1"]]
    histogram = {"metric": {"job": "x"}, "histogram": [1, {"count": "3", "sum": "4.5", "buckets": buckets}]}

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"status": "success", "data": {"resultType": "vector", "result": [histogram]}})

    async with backend(answer) as url:
        service = build(PrometheusSettings(prometheus_url=url))
        envelope = await service.tools[0].fn(query="up")
        await service.backend.aclose()
    assert envelope.data == [
        {"job": "x", "value": "histogram", "count": 3, "sum": 4.5, "mean": 1.5, "from": 0.5, "to": 2}
    ]


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "PROMETHEUS_URL: set it to the base URL"),
        ({"PROMETHEUS_URL": "prometheus:9090"}, "PROMETHEUS_URL: set it to the base URL"),
        ({"PROMETHEUS_URL": "http://x/?a=b"}, "remove the part"),
        (
            {"PROMETHEUS_URL": "http://x", "PROMETHEUS_BEARER_TOKEN_FILE": "/a", "PROMETHEUS_BASIC_AUTH_FILE": "/b"},
            "not both",
        ),
    ],
)
def test_an_environment_that_cannot_work_is_named(
    environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROMETHEUS_URL", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=said):
        from_environment(PrometheusSettings)


def test_a_ca_file_that_is_none_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "ca").write_text("no certificate")
    with pytest.raises(ConfigurationError, match="PROMETHEUS_CA_FILE"):
        build(PrometheusSettings(prometheus_url="http://x", prometheus_ca_file=tmp_path / "ca"))


async def test_tenant_headers_are_sent_with_every_request() -> None:
    seen: list[str | None] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers.get("x-scope-orgid"))
        if seen[-1] is None:
            return web.Response(status=401, text="no org id")
        return web.json_response(UP)

    async with backend(answer) as url:
        async with client(url, prometheus_headers="X-Scope-OrgID=team-a|team-b") as prometheus:
            await prometheus.query("up", 1.0)
        without = await failure(url)
    assert seen == ["team-a|team-b", None]
    assert "requires a tenant" in without.message
    assert "PROMETHEUS_HEADERS" in without.hint


async def test_a_store_without_rules_says_where_they_may_be() -> None:
    async with backend(says(404, "404 page not found")) as url, client(url) as prometheus:
        with pytest.raises(ToolFailure) as caught:
            await prometheus.rules()
    assert "does not offer /api/v1/rules" in caught.value.message
    assert "ruler" in caught.value.hint


async def test_explain_tells_what_it_can_while_prometheus_is_down() -> None:
    service = build(PrometheusSettings(prometheus_url="http://127.0.0.1:1"))
    tool = next(tool for tool in service.tools if tool.name == "explain")
    told = await tool.fn(query="sum(rate(x_total[5m]))")
    with pytest.raises(ToolFailure) as caught:
        await tool.fn(query="sum(raet(x_total[5m]))")
    await service.backend.aclose()
    assert "increase per second" in told.data
    assert "checked without Prometheus" in told.warnings[0]
    assert caught.value.excerpt == "sum(raet(x_total[5m]))\n    ^"


async def test_metadata_that_is_not_kept_costs_only_the_types() -> None:
    async def answer(request: web.Request) -> web.Response:
        if "metadata" in request.path:
            return web.Response(status=404)
        if "values" in request.path:
            return web.json_response({"status": "success", "data": ["up"]})
        return web.json_response(UP)

    async with backend(answer) as url:
        service = build(PrometheusSettings(prometheus_url=url))
        tool = next(tool for tool in service.tools if tool.name == "search")
        told = await tool.fn(text="up")
        await service.backend.aclose()
    assert told.data[0]["type"] == "gauge (guessed)"
    assert told.warnings == ["types are guessed from metric names: this store has no metadata"]


async def test_of_a_slow_store_performance_tells_what_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ritsuko_mcp_prometheus.analysis.service.measurement._EARLIER_SECONDS", 0.3)
    labels = {"__name__": "http_requests_total", "job": "shop", "code": "500"}

    async def answer(request: web.Request) -> web.Response:
        if float(request.query["time"]) < 1000:
            await asyncio.Event().wait()
        body = {"resultType": "vector", "result": [{"metric": labels, "value": [1, "3"]}]}
        return web.json_response({"status": "success", "data": body})

    async with backend(answer) as url:
        service = build(PrometheusSettings(prometheus_url=url))
        tool = next(tool for tool in service.tools if tool.name == "performance")
        started = time.monotonic()
        told = await tool.fn(name="shop", at="1000", window="5m")
        assert time.monotonic() - started < 5
        await service.backend.aclose()
    rate = next(row for row in told.data if row["signal"] == "rate")
    assert (rate["value"], rate["before"], rate["a day ago"]) == ("3/s", "", "")
    assert told.warnings == ["some earlier values could not be queried in time"]
    assert "Nothing rose" not in told.summary


async def test_a_store_that_refuses_to_read_a_service_s_every_metric_fails_no_performance() -> None:
    async def answer(request: web.Request) -> web.Response:
        if "__name__!~" in request.query.get("query", ""):
            failed = {
                "status": "error",
                "errorType": "execution",
                "error": "query processing would load too many samples",
            }
            return web.json_response(failed, status=422)
        vector = {"resultType": "vector", "result": []}
        return web.json_response({"status": "success", "data": ["shop"] if "label" in request.path else vector})

    async with backend(answer) as url:
        service = build(PrometheusSettings(prometheus_url=url))
        tool = next(tool for tool in service.tools if tool.name == "performance")
        told = await tool.fn(name="shop", at="1000")
        await service.backend.aclose()
    assert told.summary.startswith("No metrics of shop in the 15m before")


_NEEDED = {
    "query": {"query": "up"},
    "query_range": {"query": "up"},
    "search": {},
    "describe": {"metric": "up"},
    "labels": {},
    "alerts": {},
    "rules": {},
    "targets": {},
    "compare": {"query": "up"},
    "movers": {"job": "web"},
    "performance": {"name": "web"},
    "chart": {"query": "up"},
}


@pytest.mark.parametrize("name", _NEEDED)
async def test_every_tool_says_what_is_wrong_with_the_backend(name: str) -> None:
    async with backend(says(429, "slow down", retry_after="17")) as url:
        service = build(PrometheusSettings(prometheus_url=url))
        tool = next(tool for tool in service.tools if tool.name == name)
        with pytest.raises(ToolFailure) as caught:
            await tool.fn(**_NEEDED[name])
        await service.backend.aclose()
    assert "is rate limiting requests" in caught.value.message
    assert "17 seconds" in caught.value.hint
