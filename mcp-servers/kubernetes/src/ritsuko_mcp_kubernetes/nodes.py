"""The tool `nodes`: how the nodes are, and how full."""

from __future__ import annotations

from collections import defaultdict
from contextlib import aclosing
from dataclasses import dataclass

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import Envelope
from ritsuko_mcp_kubernetes.api import pod_decoder
from ritsuko_mcp_kubernetes.api.client import Json, KubernetesClient
from ritsuko_mcp_kubernetes.api.discovery import Discovery
from ritsuko_mcp_kubernetes.api.failures import Forbidden
from ritsuko_mcp_kubernetes.api.pagination import items, pages
from ritsuko_mcp_kubernetes.diagnosis.nodes import node_findings
from ritsuko_mcp_kubernetes.objects import quantities
from ritsuko_mcp_kubernetes.objects.fields import at, conditions, objects

_MOST_NODES = 5_000
_ROLE = "node-role.kubernetes.io/"


@dataclass
class _Asked:
    """What the pods of a node ask for."""

    cpu: float = 0.0
    memory: float = 0.0
    pods: int = 0


async def nodes(client: KubernetesClient, discovery: Discovery) -> Envelope:
    """A row a node: state, roles, version, and what its pods request of what it has to give."""
    warnings: list[str] = []
    found = await items(client, await discovery.resolve("nodes"), "", most=_MOST_NODES, warnings=warnings)
    asked: dict[str, _Asked] | None = defaultdict(_Asked)
    try:
        selector = {"fieldSelector": "status.phase!=Succeeded,status.phase!=Failed"}
        kind = await discovery.resolve("pods")
        async with aclosing(pages(client, kind, "", selector, decode=pod_decoder.decode)) as reading:
            async for page in reading:
                for pod in page:
                    _add(asked[str(at(pod, "spec").get("nodeName") or "")], pod)
    except Forbidden as error:
        asked = None
        warnings.append(f"how full they are is not known: {error.message}")
    rows = [_row(node, asked) for node in found]
    troubled = sum(bool(node_findings(node)) for node in found)
    state = "all in order" if not troubled else f"{troubled} in trouble"
    waiting = asked.get("") if asked is not None else None
    hints = [f"{waiting.pods} pods have no node yet: problems tells why."] if waiting else []
    return Envelope(
        summary=f"{len(rows)} {'node' if len(rows) == 1 else 'nodes'}, {state}.",
        data=sorted(rows, key=lambda row: (row["STATUS"] == "Ready", str(row["NAME"]))),
        total=len(rows),
        returned=len(rows),
        warnings=warnings,
        hints=hints,
        untrusted=True,
    )


def _add(asked: _Asked, pod: Json) -> None:
    asked.pods += 1
    asked.cpu += _requested(pod, "cpu")
    asked.memory += _requested(pod, "memory")


def _requested(pod: Json, resource: str) -> float:
    """As the scheduler counts it: containers and native sidecars together, or an init container that asks for more."""
    beside, most = 0.0, 0.0
    for container in objects(pod, "spec", "initContainers"):
        request = _request(container, resource)
        if container.get("restartPolicy") == "Always":
            beside += request
        else:
            most = max(most, beside + request)
    return max(most, beside + sum(_request(container, resource) for container in objects(pod, "spec", "containers")))


def _request(container: Json, resource: str) -> float:
    return quantities.amount(at(container, "resources", "requests").get(resource, 0))


def _row(node: Json, asked: dict[str, _Asked] | None) -> Row:
    name = str(at(node, "metadata").get("name"))
    room = at(node, "status", "allocatable")
    cpu, memory = quantities.amount(room.get("cpu")), quantities.amount(room.get("memory"))
    used = asked.get(name, _Asked()) if asked is not None else None
    roles = sorted(label.removeprefix(_ROLE) for label in at(node, "metadata", "labels") if label.startswith(_ROLE))
    return {
        "NAME": name,
        "STATUS": _status(node),
        "ROLES": ",".join(roles),
        "VERSION": at(node, "status", "nodeInfo").get("kubeletVersion"),
        "CPU": quantities.cores(cpu),
        "CPU REQUESTED": quantities.share(used.cpu, cpu) if used else "",
        "MEMORY": quantities.binary(memory),
        "MEMORY REQUESTED": quantities.share(used.memory, memory) if used else "",
        "PODS": f"{used.pods}/{room.get('pods')}" if used else f"?/{room.get('pods')}",
        "TAINTS": ",".join(f"{taint.get('key')}:{taint.get('effect')}" for taint in objects(node, "spec", "taints")),
    }


def _status(node: Json) -> str:
    found = conditions(node)
    states = ["Ready" if found.get("Ready", {}).get("status") == "True" else "NotReady"]
    states += [kind for kind, value in found.items() if kind.endswith("Pressure") and value.get("status") == "True"]
    if at(node, "spec").get("unschedulable"):
        states.append("SchedulingDisabled")
    return ",".join(states)
