"""The server: its settings turned into sources and tools."""

from importlib.metadata import version

from ritsuko_mcp_common.server import Service

from .cluster import Cluster
from .settings import LogsSettings
from .sources.configured import configured
from .tools import LogsTools


def build(settings: LogsSettings) -> Service:
    """The service for these settings; the cluster is looked for at the first call. Raises ConfigurationError."""
    sources = configured(settings, Cluster())
    return Service(
        name="logs",
        version=version("ritsuko-mcp-logs"),
        instructions="Searches logs: pod logs of a Kubernetes cluster, and the log stores that are configured.",
        settings=settings,
        tools=LogsTools(sources, budget=settings.mcp_output_budget).all(),
        backend=sources,
    )
