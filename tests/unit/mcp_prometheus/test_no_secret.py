"""Whatever Prometheus says, no secret in it comes out of any tool: in labels, URLs, help, errors or annotations."""

import asyncio
import json
from typing import Any

import httpx2
from hypothesis import given, settings
from hypothesis import strategies as st

from ritsuko_mcp_common.calls import ContractServer
from ritsuko_mcp_common.metrics import Metrics
from ritsuko_mcp_common.tool import bind_all
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.presentation.external_urls import ExternalUrls
from ritsuko_mcp_prometheus.server import TOOLS
from ritsuko_mcp_prometheus.settings import PrometheusSettings

LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
RANDOM = st.text(LETTERS, min_size=24, max_size=36)
SENSITIVE = st.sampled_from(["password", "api_token", "client_secret", "authorization", "db_pass", "access_key"])
PLAIN = st.sampled_from(["note", "path", "url", "description", "cmd"])


def shaped(secret: str) -> list[str]:
    """Texts that carry the secret in a shape that gives it away, wherever it stands."""
    return [
        f"ghp_{secret}",
        f"glpat-{secret}",
        f"https://user:{secret}@db.example.com/shop",
        f"password={secret}",
        f"--token {secret}",
        f"Authorization: Bearer {secret}",
        f"http://x.example.com/metrics?api_key={secret}&v=1",
        json.dumps({"password": secret}),
    ]


@st.composite
def planted(draw: st.DrawFn) -> tuple[str, dict[str, str], str]:
    """The secret, labels that carry it under a sensitive name or in a shape, and a text that carries it."""
    secret = draw(RANDOM)
    labels = {"job": "web", draw(SENSITIVE): secret, draw(PLAIN): draw(st.sampled_from(shaped(secret)))}
    return secret, labels, draw(st.sampled_from(shaped(secret)))


def answering(labels: dict[str, str], text: str, *, failing: bool) -> httpx2.MockTransport:
    """A Prometheus whose every answer has the labels and the text wherever it has any."""
    series = {"metric": {"__name__": "leaky", **labels}}
    buckets = {"metric": {"__name__": "http_request_duration_seconds_bucket", "le": "1", **labels}}
    counts = {"metric": {"__name__": "http_requests_total", "code": "500", **labels}}
    data: dict[str, Any] = {
        "query": {"resultType": "vector", "result": [{**one, "value": [1, "1"]} for one in (series, buckets, counts)]},
        "query_range": {"resultType": "matrix", "result": [{**series, "values": [[1, "1"], [61, "2"]]}]},
        "format_query": "leaky",
        "metadata": {"leaky": [{"type": "gauge", "help": text, "unit": ""}]},
        "labels": ["__name__", *labels],
        "label/__name__/values": ["leaky"],
        **{f"label/{name}/values": [value, text] for name, value in labels.items()},
        "targets": {
            "activeTargets": [
                {
                    "labels": labels,
                    "scrapeUrl": f"http://10.0.0.1/metrics?auth_token={next(iter(labels.values()))}",
                    "lastError": f'Get "{text}": connection refused',
                    "health": "down",
                }
            ],
            "droppedTargets": [
                {"discoveredLabels": {"__address__": text, "__meta_kubernetes_pod_annotation_note": text, **labels}}
            ],
        },
        "alertmanagers": {"activeAlertmanagers": []},
        "status/runtimeinfo": {"reloadConfigSuccess": False, "storageRetention": text},
        "status/tsdb": {
            "headStats": {"numSeries": 3},
            "seriesCountByMetricName": [{"name": text, "value": 2}],
            "labelValueCountByLabelName": [{"name": text, "value": 2}],
        },
        "query_exemplars": [{"exemplars": [{"labels": labels, "value": "0.5", "timestamp": 1}]}],
        "alerts": {
            "alerts": [
                {
                    "labels": {"alertname": "Leak", **labels},
                    "annotations": {"summary": text, "description": text, "runbook_url": text},
                    "state": "firing",
                    "value": "1",
                }
            ]
        },
        "rules": {
            "groups": [
                {
                    "name": "g",
                    "interval": 60,
                    "rules": [
                        {
                            "type": "alerting",
                            "name": "Leak",
                            "query": f"leaky == 1 # {text}",
                            "lastError": text,
                            "labels": labels,
                            "annotations": {**labels, "description": text},
                        }
                    ],
                }
            ]
        },
    }

    def answer(request: httpx2.Request) -> httpx2.Response:
        path = request.url.path.removeprefix("/api/v1/")
        if failing:
            return httpx2.Response(422, json={"status": "error", "errorType": "execution", "error": f"refused: {text}"})
        if path not in data:
            return httpx2.Response(500, text=f"upstream says {'at length ' * 9}{text}")
        return httpx2.Response(200, json={"status": "success", "warnings": [f"store: {text}"], "data": data[path]})

    return httpx2.MockTransport(answer)


async def everything(transport: httpx2.MockTransport, labels: dict[str, str], text: str) -> list[str]:
    """The answers of all tools, each asked in the ways that repeat most of what Prometheus or the caller said."""
    client = PrometheusClient(
        "http://prometheus", httpx2.AsyncClient(transport=transport), timeout_seconds=5, max_bytes=2**20
    )
    configured = PrometheusSettings(
        prometheus_url="http://prometheus", grafana_url="http://grafana", grafana_datasource_uid="uid"
    )
    server = ContractServer(
        name="prometheus",
        version="0",
        instructions="",
        tools=bind_all(TOOLS, PrometheusBackend(client, ExternalUrls.of(configured))),
        settings=configured,
        metrics=Metrics(),
    )
    sensitive = next(name for name in labels if name != "job")
    quoted = json.dumps(labels[sensitive])
    calls: list[tuple[str, dict[str, Any]]] = [
        ("query", {"query": "leaky"}),
        ("query", {"query": f"leaky{{{sensitive}={quoted}}}"}),
        ("query_range", {"query": "leaky", "start": "1", "end": "100"}),
        ("query_range", {"query": "leaky", "start": "1", "end": "100", "points": True}),
        ("explain", {"query": f"leaky{{{sensitive}={quoted}}}"}),
        ("explain", {"query": f'leaky{{{sensitive}={quoted[:-4]}x"}}'}),
        ("explain", {"query": f"leaky{{{sensitive}={quoted}"}),
        ("explain", {"query": f"leaky{{{sensitive}!~{quoted}}} + leaky{{{sensitive}=~{quoted}}}"}),
        ("explain", {"query": f"leaky{{{sensitive}!={quoted}"}),
        ("search", {}),
        ("search", {"text": text}),
        ("describe", {"metric": "leaky"}),
        ("describe", {"metric": text}),
        ("labels", {}),
        ("labels", {"name": sensitive}),
        ("labels", {"name": sensitive, "match": "leaky"}),
        ("labels", {"name": sensitive, "contains": text}),
        ("alerts", {}),
        ("alerts", {"name": text}),
        ("rules", {}),
        ("targets", {}),
        ("targets", {"name": text}),
        ("targets", {"state": "dropped"}),
        ("targets", {"state": "dropped", "name": text}),
        ("alerts", {"at": "100"}),
        ("alerts", {"limit": 1}),
        ("search", {"sort": "series"}),
        ("performance", {"name": "web", "at": "1000"}),
        ("performance", {"name": text, "at": "1000"}),
        ("movers", {"job": "web", "at": "3000"}),
        ("movers", {"namespace": text, "at": "3000"}),
        ("compare", {"query": f"leaky{{{sensitive}={quoted}}}", "start": "90000", "end": "90100"}),
        ("chart", {"query": f"leaky{{{sensitive}={quoted}}}", "start": "1", "end": "100"}),
        ("link", {"query": f"leaky{{{sensitive}={quoted}}}", "dashboard": "abc", "variables": f"x={text}"}),
    ]
    results = [await server.call_tool(name, arguments) for name, arguments in calls]
    await client.aclose()
    return [f"{call}: {result.model_dump_json()}" for call, result in zip(calls, results, strict=True)]


def test_what_carries_the_secrets_is_in_the_answers() -> None:
    """Else the property below would hold of answers that tell nothing."""
    secret = LETTERS[:26]
    labels = {"job": "web", "password": secret, "note": f"ghp_{secret}"}
    told = "\n".join(asyncio.run(everything(answering(labels, f"password={secret}", failing=False), labels, "x")))
    for part in (
        "Example of a slow request: job=web",
        "configuration reload failed",
        "Runbook: password=",
        "Retention: ",
    ):
        assert part in told, part
    assert told.count("[redacted-") > 100
    assert {call.partition("'")[2].partition("'")[0] for call in told.split("\n(")} >= {"performance", "chart", "link"}


@settings(max_examples=25, deadline=None)
@given(planted(), st.booleans())
def test_no_planted_secret_comes_out(leak: tuple[str, dict[str, str], str], failing: bool) -> None:
    secret, labels, text = leak
    for answer in asyncio.run(everything(answering(labels, text, failing=failing), labels, text)):
        call, _, told = answer.partition("}): ")
        assert secret not in told, call
        assert secret[:12] not in told, call
