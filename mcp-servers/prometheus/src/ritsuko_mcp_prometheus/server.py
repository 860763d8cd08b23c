"""The server: its client, and the list of its tools."""

from importlib.metadata import version

from ritsuko_mcp_common.server import Service
from ritsuko_mcp_common.tool import bind_all
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.api.transport import connect
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.presentation.external_urls import ExternalUrls
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from ritsuko_mcp_prometheus.tools import (
    alerts,
    chart,
    compare,
    describe,
    explain,
    labels,
    link,
    movers,
    performance,
    query,
    query_range,
    rules,
    search,
    targets,
)

TOOLS = (
    query.TOOL,
    query_range.TOOL,
    explain.TOOL,
    search.TOOL,
    describe.TOOL,
    labels.TOOL,
    alerts.TOOL,
    rules.TOOL,
    targets.TOOL,
    compare.TOOL,
    movers.TOOL,
    performance.TOOL,
    chart.TOOL,
    link.TOOL,
)


def build(settings: PrometheusSettings) -> Service:
    """The service for these settings. Raises ConfigurationError for TLS files that can't be used."""
    client = PrometheusClient(
        settings.prometheus_url,
        connect(settings),
        timeout_seconds=settings.query_timeout_seconds,
        max_bytes=settings.prometheus_max_bytes,
    )
    return Service(
        name="prometheus",
        version=version("ritsuko-mcp-prometheus"),
        instructions="Queries one Prometheus: query for one time, query_range for a time range; search and describe "
        "find metrics; alerts and targets show problems, performance the state of a service, movers and compare what "
        "changed.",
        settings=settings,
        tools=bind_all(TOOLS, PrometheusBackend(client, ExternalUrls.of(settings))),
        backend=client,
    )
