"""The server put together."""

from __future__ import annotations

import asyncio

from mcp.server.mcpserver.tools import Tool

from ritsuko_mcp_common import Service, read_tool
from ritsuko_mcp_common.kubernetes import find
from ritsuko_mcp_kubernetes import __version__
from ritsuko_mcp_kubernetes.api.client import KubernetesClient
from ritsuko_mcp_kubernetes.lookup.cluster import Cluster
from ritsuko_mcp_kubernetes.settings import KubernetesSettings
from ritsuko_mcp_kubernetes.tools import KubernetesTools


class Clusters:
    """All clusters as one backend."""

    def __init__(self, clusters: dict[str, Cluster]) -> None:
        self.by_context = clusters

    async def check(self) -> str:
        """For /health: what each cluster says."""
        first, *others = self.by_context.items()
        told = await first[1].client.check()
        return told if not others else f"{first[0]}: {told}, and {len(others)} more contexts"

    async def aclose(self) -> None:
        await asyncio.gather(*(cluster.client.aclose() for cluster in self.by_context.values()))


def build(settings: KubernetesSettings) -> Service:
    """Raises `ConfigurationError` for a kubeconfig or context that is not there."""
    clusters = Clusters(
        {
            target.name if target else "": Cluster(
                KubernetesClient(
                    target,
                    max_response_bytes=settings.kubernetes_max_response_bytes,
                    impersonate=settings.ritsuko_impersonation,
                )
            )
            for target in find(kubeconfig=settings.kubeconfig, contexts=settings.kubernetes_context)
        }
    )
    tools = KubernetesTools(clusters.by_context)
    contexts = list(clusters.by_context)
    return Service(
        name="kubernetes",
        version=__version__,
        instructions="Read a Kubernetes cluster: problems tells what is wrong, diagnose why; get lists objects, "
        "describe looks into one. Nothing can be changed.",
        settings=settings,
        tools=[
            _offering(contexts, tool)
            for tool in (
                read_tool(tools.get, title="Show objects"),
                read_tool(tools.describe, title="Describe an object"),
                read_tool(tools.diagnose, title="Find out why something does not work"),
                read_tool(tools.problems, title="See what is wrong"),
                read_tool(tools.events, title="See what happened"),
                read_tool(tools.logs, title="Read the newest log lines"),
                read_tool(tools.nodes, title="See the nodes"),
                read_tool(tools.top, title="See what is used"),
                read_tool(tools.relations, title="See what belongs together"),
                read_tool(tools.rollout, title="Follow a rollout"),
                read_tool(tools.can_i, title="Ask what is allowed"),
            )
        ],
        backend=clusters,
    )


def _offering(contexts: list[str], tool: Tool) -> Tool:
    """The tool with the contexts there are as an enumeration; with one cluster there is nothing to choose."""
    properties = {**tool.parameters["properties"]}
    context = properties.pop("context")
    if len(contexts) > 1:
        properties["context"] = {**context, "enum": contexts}
    tool.parameters = {**tool.parameters, "properties": properties}
    return tool
