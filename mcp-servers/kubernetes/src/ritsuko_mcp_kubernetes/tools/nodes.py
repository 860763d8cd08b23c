"""How the nodes are, and how full."""

from __future__ import annotations

from collections import defaultdict
from contextlib import aclosing

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import Envelope, Parameters, ReadTool
from ritsuko_mcp_kubernetes.api import pod_decoder
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.api.failures import Forbidden
from ritsuko_mcp_kubernetes.api.pagination import items, pages
from ritsuko_mcp_kubernetes.diagnosis.nodes import node_findings
from ritsuko_mcp_kubernetes.lookup.clusters import Clusters
from ritsuko_mcp_kubernetes.objects import quantities
from ritsuko_mcp_kubernetes.objects.fields import at, conditions, objects
from ritsuko_mcp_kubernetes.objects.pod_requests import PodRequests
from ritsuko_mcp_kubernetes.tools.parameters import Context

_MOST_NODES = 5_000
_ROLE = "node-role.kubernetes.io/"


class NodesParameters(Parameters):
    """What `nodes` takes."""

    context: Context = ""


async def nodes(parameters: NodesParameters, clusters: Clusters) -> Envelope:
    """A row a node: state, roles, version, and what its pods request of what it has to give."""
    cluster = clusters.choose(parameters.context)
    warnings: list[str] = []
    kind = await cluster.discovery.resolve("nodes")
    found = await items(cluster.client, kind, "", most=_MOST_NODES, warnings=warnings)
    requests: dict[str, PodRequests] | None = defaultdict(PodRequests)
    try:
        selector = {"fieldSelector": "status.phase!=Succeeded,status.phase!=Failed"}
        kind = await cluster.discovery.resolve("pods")
        async with aclosing(pages(cluster.client, kind, "", selector, decode=pod_decoder.decode)) as reading:
            async for page in reading:
                for pod in page:
                    requests[str(at(pod, "spec").get("nodeName") or "")].add(pod)
    except Forbidden as error:
        requests = None
        warnings.append(f"requested resources are unknown: {error.message}")
    rows = [_row(node, requests) for node in found]
    troubled = sum(bool(node_findings(node)) for node in found)
    state = "all healthy" if not troubled else f"{troubled} unhealthy"
    waiting = requests.get("") if requests is not None else None
    hints = [f"{waiting.pods} pods are not scheduled: problems says why."] if waiting else []
    envelope = Envelope(
        summary=f"{len(rows)} {'node' if len(rows) == 1 else 'nodes'}, {state}.",
        data=sorted(rows, key=lambda row: (row["STATUS"] == "Ready", str(row["NAME"]))),
        total=len(rows),
        returned=len(rows),
        hints=hints,
        untrusted=True,
    )
    return cluster.sourced(envelope, warnings)


def _row(node: Json, requests: dict[str, PodRequests] | None) -> Row:
    name = str(at(node, "metadata").get("name"))
    room = at(node, "status", "allocatable")
    cpu, memory = quantities.amount(room.get("cpu")), quantities.amount(room.get("memory"))
    requested = requests.get(name, PodRequests()) if requests is not None else None
    roles = sorted(label.removeprefix(_ROLE) for label in at(node, "metadata", "labels") if label.startswith(_ROLE))
    return {
        "NAME": name,
        "STATUS": _status(node),
        "ROLES": ",".join(roles),
        "VERSION": at(node, "status", "nodeInfo").get("kubeletVersion"),
        "CPU": quantities.cores(cpu),
        "CPU REQUESTED": quantities.share(requested.cpu, cpu) if requested else "",
        "MEMORY": quantities.binary(memory),
        "MEMORY REQUESTED": quantities.share(requested.memory, memory) if requested else "",
        "PODS": f"{requested.pods}/{room.get('pods')}" if requested else f"?/{room.get('pods')}",
        "TAINTS": ",".join(f"{taint.get('key')}:{taint.get('effect')}" for taint in objects(node, "spec", "taints")),
    }


def _status(node: Json) -> str:
    found = conditions(node)
    states = ["Ready" if found.get("Ready", {}).get("status") == "True" else "NotReady"]
    states += [kind for kind, value in found.items() if kind.endswith("Pressure") and value.get("status") == "True"]
    if at(node, "spec").get("unschedulable"):
        states.append("SchedulingDisabled")
    return ",".join(states)


TOOL = ReadTool(
    name="nodes",
    title="List nodes",
    description="Nodes: status, pressure, version, and the share of CPU and memory that pods request.",
    parameters=NodesParameters,
    run=nodes,
)
