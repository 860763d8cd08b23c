"""The server put together."""

from importlib.metadata import version

from ritsuko_mcp_common.server import Service

from .analysis.tools import analysis_tools
from .client import PrometheusClient
from .connection import connect
from .settings import PrometheusSettings
from .tools.catalogue import catalogue_tools
from .tools.querying import querying_tools
from .tools.state import state_tools


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
        instructions="Queries one Prometheus: query for a moment, query_range for a course over time; search and "
        "describe find metrics; alerts and targets tell what is wrong, performance how a service does, movers and "
        "compare what changed.",
        settings=settings,
        tools=[
            *querying_tools(client),
            *catalogue_tools(client),
            *state_tools(client),
            *analysis_tools(client, settings),
        ],
        backend=client,
    )
