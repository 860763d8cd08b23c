"""`link`: opened in a real browser it shows the query at that time; Grafana's are of the documented form."""

import json
import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.presentation.external_urls import ExternalUrls
from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from ritsuko_mcp_prometheus.tools.link import LinkParameters, link
from tests.integration.mcp_prometheus.analysis.conftest import Call
from tests.integration.mcp_prometheus.analysis.planted import END, SECRET
from tests.integration.mcp_prometheus.real_prometheus import Prometheus

pytestmark = [pytest.mark.prometheus, pytest.mark.asyncio(loop_scope="session")]

QUERY = 'sum by (job) (rate(http_requests_total{code=~"2..|5..", job!="a b+c&d"}[5m])) * 100 % 7'
MINUTE = END - 20
"""A full minute: Prometheus' old page, which Debian's package has, shows no seconds."""
GRAFANA = {"grafana_url": "https://grafana.example.com/sub/", "grafana_datasource_uid": "PBFA97CFB590B2093"}


async def links(
    prometheus: Prometheus, *, query: str = QUERY, dashboard: str = "", variables: str = "", **settings: str
) -> Envelope:
    configured = PrometheusSettings.model_validate({"prometheus_url": prometheus.url, **settings})
    client = build(configured).backend
    assert isinstance(client, PrometheusClient)
    try:
        start, end = str(MINUTE - 5400), str(MINUTE)
        parameters = LinkParameters(query=query, start=start, end=end, dashboard=dashboard, variables=variables)
        return await link(parameters, PrometheusBackend(client, ExternalUrls.of(configured), lambda: END))
    finally:
        await client.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        yield launched
        await launched.close()


@pytest.mark.browser
async def test_prometheus_shows_the_query_at_the_frozen_time(planted: Prometheus, browser: Browser) -> None:
    (found,) = (await links(planted)).links
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(found.url)
    await expect(page.get_by_placeholder("Expression (press Shift+Enter for newlines)")).to_have_value(QUERY)
    await expect(page.get_by_role("textbox", name="Time range of graph")).to_have_value("90m")
    await expect(page.get_by_placeholder("Until")).to_have_value("2026-09-21 14:13")
    await expect(page.locator(".rickshaw_graph svg").first).to_be_visible()
    (ranged,) = [parse_qs(urlsplit(url).query) for url in asked if "/query_range" in url]
    assert ranged["query"] == [QUERY]
    assert (float(ranged["start"][0]), float(ranged["end"][0])) == (MINUTE - 5400, MINUTE)
    await page.close()


async def test_grafana_s_explore_has_the_documented_form(planted: Prometheus) -> None:
    _, explore = (await links(planted, **GRAFANA)).links
    parts = urlsplit(explore.url)
    assert (parts.netloc, parts.path) == ("grafana.example.com", "/sub/explore")
    parameters = {name: value for name, (value,) in parse_qs(parts.query, strict_parsing=True).items()}
    assert (parameters["schemaVersion"], parameters["orgId"]) == ("1", "1")
    (pane,) = json.loads(parameters["panes"]).values()
    assert pane["datasource"] == "PBFA97CFB590B2093"
    assert pane["range"] == {"from": str(int(MINUTE - 5400) * 1000), "to": str(int(MINUTE) * 1000)}
    (query,) = pane["queries"]
    assert query["refId"] == "A"
    assert query["datasource"] == {"type": "prometheus", "uid": "PBFA97CFB590B2093"}
    assert query["expr"] == QUERY


async def test_a_dashboard_has_its_variables_and_the_frozen_time(planted: Prometheus) -> None:
    answer = await links(planted, query="", dashboard="k8s_pods-1", variables="namespace=shop, pod=web 0&x", **GRAFANA)
    parts = urlsplit(answer.links[0].url)
    assert parts.path == "/sub/d/k8s_pods-1"
    parameters = parse_qs(parts.query)
    assert (parameters["var-namespace"], parameters["var-pod"]) == (["shop"], ["web 0&x"])
    assert parameters["from"] == [str(int(MINUTE - 5400) * 1000)]


async def test_without_grafana_only_prometheus_is_linked_and_that_is_said(planted: Prometheus) -> None:
    answer = await links(planted, dashboard="abc")
    assert [found.title for found in answer.links] == ["Prometheus"]
    assert "GRAFANA_URL" in answer.hints[-1]
    half = await links(planted, grafana_url="https://grafana.example.com")
    assert [found.title for found in half.links] == ["Prometheus"]
    assert "GRAFANA_DATASOURCE_UID" in half.hints[-1]


async def test_people_are_sent_to_the_public_address(planted: Prometheus) -> None:
    answer = await links(planted, prometheus_public_url="https://prometheus.example.com/base/")
    assert answer.links[0].url.startswith("https://prometheus.example.com/base/graph?g0.expr=")
    assert "PROMETHEUS_PUBLIC_URL" not in str(answer.hints)
    assert "PROMETHEUS_PUBLIC_URL" in (await links(planted)).hints[0]


async def test_a_prometheus_that_is_down_can_be_linked_to_all_the_same() -> None:
    answer = await links(Prometheus("http://127.0.0.1:1"))
    assert [found.title for found in answer.links] == ["Prometheus"]


async def test_a_link_survives_markdown(planted: Prometheus) -> None:
    for found in (await links(planted, **GRAFANA)).links:
        assert not set(found.url) & set("()<>[]{}\"'` ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"query": "", "dashboard": ""}, "query or dashboard is required"),
        ({"query": "sum(("}, "PromQL error"),
        ({"dashboard": "../admin"}, "not a dashboard's uid"),
        ({"dashboard": "https://evil.example"}, "not a dashboard's uid"),
        ({"dashboard": "abc", "variables": "namespace"}, "is not a variable assignment"),
        ({"dashboard": "abc", "variables": "a&b=c"}, "not a variable's name"),
    ],
)
async def test_what_leads_nowhere_is_refused(planted: Prometheus, arguments: dict[str, str], said: str) -> None:
    with pytest.raises(ToolFailure, match=re.escape(said)):
        await links(planted, **arguments, **GRAFANA)


@pytest.mark.parametrize("name", ["grafana_url", "prometheus_public_url"])
@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "grafana.example.com", "https://u:p@g.example", "https://g/?a=b"]
)
async def test_an_address_that_cannot_be_linked_to_is_refused_at_the_start(name: str, url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        PrometheusSettings.model_validate({"prometheus_url": "http://x", name: url})


async def test_a_secret_in_the_query_is_not_in_the_link(call: Call) -> None:
    result = await call("link", query=f'leaky{{token="{SECRET}"}}')
    assert SECRET not in str(result)
