"""One object shown: its row as kubectl prints it, or all of it."""

from __future__ import annotations

from ritsuko_mcp_common import Envelope
from ritsuko_mcp_kubernetes.api import table
from ritsuko_mcp_kubernetes.api.discovery import Resource
from ritsuko_mcp_kubernetes.listing.pages import Output, whole, written
from ritsuko_mcp_kubernetes.lookup.cluster import Cluster


async def answer(cluster: Cluster, resource: Resource, name: str, namespace: str, output: Output) -> Envelope:
    """One object: its row, or all of it."""
    where = f" in namespace {namespace}" if resource.namespaced else ""
    summary = f"{resource.kind} {name}{where}"
    if output in ("yaml", "json"):
        item = await cluster.object(resource, name, namespace)
        return written(Envelope(summary=summary, data=whole(item, resource), untrusted=True), output)
    body = await cluster.object(resource, name, namespace, accept=table.ACCEPT)
    rows = [line.row for line in table.lines(body, wide=output == "wide", with_namespace=False)]
    return Envelope(summary=summary, data=rows, total=len(rows), untrusted=True)
