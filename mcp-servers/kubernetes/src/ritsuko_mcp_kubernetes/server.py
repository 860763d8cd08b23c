"""The server: its settings turned into clusters and tools."""

from __future__ import annotations

from ritsuko_mcp_common import Choice, Service, bind_all
from ritsuko_mcp_common.kubernetes import find
from ritsuko_mcp_kubernetes import __version__
from ritsuko_mcp_kubernetes.api.client import KubernetesClient
from ritsuko_mcp_kubernetes.lookup.cluster import Cluster
from ritsuko_mcp_kubernetes.lookup.clusters import Clusters
from ritsuko_mcp_kubernetes.settings import KubernetesSettings
from ritsuko_mcp_kubernetes.tools import (
    can_i,
    describe,
    diagnose,
    events,
    get,
    logs,
    nodes,
    problems,
    relations,
    rollout,
    top,
)

TOOLS = (
    get.TOOL,
    describe.TOOL,
    diagnose.TOOL,
    problems.TOOL,
    events.TOOL,
    logs.TOOL,
    nodes.TOOL,
    top.TOOL,
    relations.TOOL,
    rollout.TOOL,
    can_i.TOOL,
)


def build(settings: KubernetesSettings) -> Service:
    """The service for these settings. Raises `ConfigurationError` for a kubeconfig or context that is not there."""
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
    return Service(
        name="kubernetes",
        version=__version__,
        instructions="Reads a Kubernetes cluster: problems lists what is wrong, diagnose says why; get lists objects, "
        "describe shows one. Read-only.",
        settings=settings,
        tools=bind_all(TOOLS, clusters, {"context": Choice(clusters.contexts)}),
        backend=clusters,
    )
