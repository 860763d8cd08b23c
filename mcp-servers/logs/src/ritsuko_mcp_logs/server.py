"""The server: its settings turned into sources and tools."""

from importlib.metadata import version

from ritsuko_mcp_common import Choice, Service, bind_all
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.cluster import Cluster
from ritsuko_mcp_logs.settings import LogsSettings, alert_settings
from ritsuko_mcp_logs.sources.configured import configured
from ritsuko_mcp_logs.sources.kinds import KINDS, Kinds
from ritsuko_mcp_logs.tools import compare, error, errors, fields, histogram, incident, search, sources, tail, trace

TOOLS = (
    search.TOOL,
    tail.TOOL,
    histogram.TOOL,
    fields.TOOL,
    sources.TOOL,
    errors.TOOL,
    error.TOOL,
    trace.TOOL,
    compare.TOOL,
    incident.TOOL,
)


def build(settings: LogsSettings, kinds: Kinds = KINDS) -> Service:
    """The service for settings of `logs_settings(kinds)`; connects at the first call. Raises ConfigurationError."""
    cluster = Cluster(settings.kubeconfig)
    available = configured(settings, cluster, kinds, reading_seconds=settings.reading_seconds)
    backend = LogBackend(
        sources=available,
        cluster=cluster,
        alerts=alert_settings(settings),
        reading_seconds=settings.reading_seconds,
        output_budget=settings.mcp_output_budget,
    )
    return Service(
        name="logs",
        version=version("ritsuko-mcp-logs"),
        instructions="Searches and explains logs: pod logs of a Kubernetes cluster, and the log stores that are "
        "configured. errors lists what fails, compare what changed, incident the timeline.",
        settings=settings,
        tools=bind_all(TOOLS, backend, {"source": Choice(available.names, default=available.names[0])}),
        backend=available,
    )
