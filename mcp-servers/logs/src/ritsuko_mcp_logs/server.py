"""The server: its settings turned into sources and tools."""

from importlib.metadata import version

from ritsuko_mcp_common.server import Service
from ritsuko_mcp_logs.cluster import Cluster
from ritsuko_mcp_logs.settings import LogsSettings
from ritsuko_mcp_logs.sources.configured import configured
from ritsuko_mcp_logs.sources.kinds import KINDS, Kinds
from ritsuko_mcp_logs.tools.analysis_tools import insight_tools
from ritsuko_mcp_logs.tools.search_tools import LogsTools


def build(settings: LogsSettings, kinds: Kinds = KINDS) -> Service:
    """The service for settings of `logs_settings(kinds)`; connects at the first call. Raises ConfigurationError."""
    cluster = Cluster(settings.kubeconfig)
    sources = configured(settings, cluster, kinds)
    return Service(
        name="logs",
        version=version("ritsuko-mcp-logs"),
        instructions="Searches and explains logs: pod logs of a Kubernetes cluster, and the log stores that are "
        "configured. errors tells what goes wrong, compare what changed, incident what happened when.",
        settings=settings,
        tools=[
            *LogsTools(sources, budget=settings.mcp_output_budget).all(),
            *insight_tools(sources, cluster, settings),
        ],
        backend=sources,
    )
