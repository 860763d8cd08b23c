"""The server put together."""

from __future__ import annotations

from ritsuko_mcp_common import Service, read_tool
from ritsuko_mcp_kubernetes import __version__
from ritsuko_mcp_kubernetes.apiserver import Apiserver
from ritsuko_mcp_kubernetes.connection import find
from ritsuko_mcp_kubernetes.settings import KubernetesSettings
from ritsuko_mcp_kubernetes.tools import KubernetesTools


def build(settings: KubernetesSettings) -> Service:
    """Raises `ConfigurationError` for a kubeconfig or context that is not there."""
    apiserver = Apiserver(find(settings), max_response_bytes=settings.kubernetes_max_response_bytes)
    tools = KubernetesTools(apiserver)
    return Service(
        name="kubernetes",
        version=__version__,
        instructions="Read a Kubernetes cluster: problems tells what is wrong, diagnose why; get lists objects, "
        "describe looks into one. Nothing can be changed.",
        settings=settings,
        tools=[
            read_tool(tools.get, title="Show objects"),
            read_tool(tools.describe, title="Describe an object"),
            read_tool(tools.diagnose, title="Find out why something does not work"),
            read_tool(tools.problems, title="See what is wrong"),
        ],
        backend=apiserver,
    )
