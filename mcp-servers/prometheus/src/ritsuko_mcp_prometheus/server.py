"""The server: its client, and the list of its tools."""

from importlib.metadata import version

from ritsuko_mcp_common.server import Service
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.api.transport import connect
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from ritsuko_mcp_prometheus.tools.analysis import analysis_tools
from ritsuko_mcp_prometheus.tools.catalogue import catalogue_tools
from ritsuko_mcp_prometheus.tools.querying import querying_tools
from ritsuko_mcp_prometheus.tools.state import state_tools


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
        tools=[
            *querying_tools(client),
            *catalogue_tools(client),
            *state_tools(client),
            *analysis_tools(client, settings),
        ],
        backend=client,
    )
