"""Current CPU and memory usage of pods or nodes, with their limits."""

from __future__ import annotations

from typing import Literal

from pydantic_core import from_json

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import Envelope, Parameters, ReadTool, ToolFailure
from ritsuko_mcp_kubernetes.api import pod_decoder
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.api.discovery import Resource
from ritsuko_mcp_kubernetes.api.failures import NotFound
from ritsuko_mcp_kubernetes.api.pagination import items
from ritsuko_mcp_kubernetes.lookup.clusters import Clusters
from ritsuko_mcp_kubernetes.objects import quantities
from ritsuko_mcp_kubernetes.objects.fields import at, objects
from ritsuko_mcp_kubernetes.tools.parameters import Context, Limit, Namespace

Of = Literal["pods", "nodes"]
By = Literal["memory", "cpu"]

_MOST = 10_000
# https://github.com/kubernetes/metrics
_GROUP, _VERSION = "metrics.k8s.io", "v1beta1"


class TopParameters(Parameters):
    """What `top` takes."""

    of: Of = "pods"
    namespace: Namespace = ""
    by: By = "memory"
    all_namespaces: bool = False
    limit: Limit = 20
    context: Context = ""


async def top(parameters: TopParameters, clusters: Clusters) -> Envelope:
    """Rows with the highest use first. Raises `ToolFailure` where the cluster has no metrics API."""
    cluster = clusters.choose(parameters.context)
    of, by, limit = parameters.of, parameters.by, parameters.limit
    namespace = ""
    if of == "pods":
        namespace = await cluster.namespace(parameters.namespace, all_namespaces=parameters.all_namespaces)
    warnings: list[str] = []
    kind = await cluster.discovery.resolve(of)
    measured = Resource(_GROUP, _VERSION, of, kind.singular, kind.kind, namespaced=kind.namespaced)
    try:
        found = await items(cluster.client, measured, namespace, most=_MOST, warnings=warnings)
    except NotFound as error:
        raise ToolFailure(
            "this cluster has no metrics API, so current usage is unavailable",
            "Install metrics-server, or query prometheus for container_memory_working_set_bytes.",
        ) from error
    decode = pod_decoder.decode if of == "pods" else from_json
    bounded = await items(cluster.client, kind, namespace, most=_MOST, warnings=warnings, decode=decode, keep=_needed)
    known = {_key(item): item for item in bounded}
    rows = [_row(item, known.get(_key(item)), of, with_namespace=of == "pods" and not namespace) for item in found]
    rows.sort(key=lambda row: row[0] if by == "cpu" else row[1], reverse=True)
    where = f" in namespace {namespace}" if namespace else ""
    envelope = Envelope(
        summary=f"{len(rows)} {of}{where} by {by} used, highest first.",
        data=[row for _, _, row in rows[:limit]],
        total=len(rows),
        returned=len(rows[:limit]),
        truncated=len(rows) > limit,
    )
    return cluster.sourced(envelope, warnings)


def _needed(item: Json) -> Json:
    """What bounds a pod or node: thousands are held at once."""
    metadata = at(item, "metadata")
    return {
        "metadata": {"namespace": metadata.get("namespace"), "name": metadata.get("name")},
        "spec": {"containers": [{"resources": at(each, "resources")} for each in objects(item, "spec", "containers")]},
        "status": {"allocatable": at(item, "status", "allocatable")},
    }


def _row(item: Json, known: Json | None, of: Of, *, with_namespace: bool) -> tuple[float, float, Row]:
    namespace, name = _key(item)
    usages = [at(item, "usage")] if of == "nodes" else [at(each, "usage") for each in objects(item, "containers")]
    cpu, memory = (sum(quantities.amount(usage.get(what)) for usage in usages) for what in ("cpu", "memory"))
    cpu_limit, memory_limit = _limit(known, of, "cpu"), _limit(known, of, "memory")
    row: Row = {
        **({"NAMESPACE": namespace} if with_namespace else {}),
        "NAME": name,
        "CPU": quantities.cores(cpu),
        "CPU OF LIMIT" if of == "pods" else "CPU OF NODE": quantities.share(cpu, cpu_limit),
        "MEMORY": quantities.binary(memory),
        "MEMORY OF LIMIT" if of == "pods" else "MEMORY OF NODE": quantities.share(memory, memory_limit),
    }
    return cpu, memory, row


def _limit(known: Json | None, of: Of, what: str) -> float:
    """What it may use; 0 where nothing bounds it."""
    if known is None:
        return 0.0
    if of == "nodes":
        return quantities.amount(at(known, "status", "allocatable").get(what))
    limits = [at(each, "resources", "limits").get(what) for each in objects(known, "spec", "containers")]
    return sum(map(quantities.amount, limits)) if limits and all(limits) else 0.0


def _key(item: Json) -> tuple[str, str]:
    metadata = at(item, "metadata")
    return str(metadata.get("namespace") or ""), str(metadata.get("name") or "")


TOOL = ReadTool(
    name="top",
    title="Show resource usage",
    description="Current CPU and memory usage of pods or nodes, highest first, with their limits.",
    parameters=TopParameters,
    run=top,
)
