"""Objects of a kind, or one of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ritsuko_mcp_common import Envelope, Parameters, ReadTool, ToolFailure
from ritsuko_mcp_kubernetes.api import table
from ritsuko_mcp_kubernetes.api.discovery import Resource
from ritsuko_mcp_kubernetes.listing.empty_list import explain_empty_list
from ritsuko_mcp_kubernetes.listing.pages import ListRequest, Output, answer, whole, written
from ritsuko_mcp_kubernetes.lookup.cluster import Cluster, require, split
from ritsuko_mcp_kubernetes.lookup.clusters import Clusters
from ritsuko_mcp_kubernetes.tools.parameters import Context, Kind, Limit, Namespace


class GetParameters(Parameters):
    """What `get` takes."""

    kind: Kind
    name: Annotated[str, Field(description="one object; empty: a list")] = ""
    namespace: Namespace = ""
    all_namespaces: bool = False
    labels: Annotated[str, Field(description="label selector: app=web,tier!=cache")] = ""
    fields: Annotated[str, Field(description="field selector: status.phase=Running")] = ""
    sort: Annotated[str, Field(description="column or field, - for descending: -restarts, .metadata.name")] = ""
    limit: Limit = 100
    cursor: Annotated[str, Field(description="next_cursor of the previous answer")] = ""
    output: Output = "table"
    context: Context = ""


async def get(parameters: GetParameters, clusters: Clusters) -> Envelope:
    """A page of a list, or the one object that `name` picks."""
    cluster = clusters.choose(parameters.context)
    kind, name = split(parameters.kind, parameters.name)
    resource = await cluster.discovery.resolve(kind)
    namespace, warnings = cluster.within(resource, parameters.namespace, all_namespaces=parameters.all_namespaces)
    if name:
        if parameters.all_namespaces and resource.namespaced:
            raise ToolFailure("all_namespaces is not supported with a name", "Give its namespace instead.")
        if parameters.labels or parameters.fields or parameters.sort or parameters.cursor:
            raise ToolFailure("name already selects one object", "Omit labels, fields, sort and cursor.")
        return cluster.sourced(await _one(cluster, resource, name, namespace, parameters.output), warnings)
    require(resource, "list")
    request = ListRequest(
        resource=resource,
        namespace=namespace,
        labels=parameters.labels,
        fields=parameters.fields,
        sort=parameters.sort,
        limit=parameters.limit,
        output=parameters.output,
    )
    envelope = await answer(cluster.client, request, parameters.cursor)
    if envelope.data == [] and not parameters.cursor:
        envelope = await explain_empty_list(cluster.client, request, envelope)
    return cluster.sourced(envelope, warnings)


async def _one(cluster: Cluster, resource: Resource, name: str, namespace: str, output: Output) -> Envelope:
    """The row of an object as kubectl prints it, or all of it."""
    where = f" in namespace {namespace}" if resource.namespaced else ""
    summary = f"{resource.kind} {name}{where}"
    if output in ("yaml", "json"):
        item = await cluster.object(resource, name, namespace)
        return written(Envelope(summary=summary, data=whole(item, resource), untrusted=True), output)
    body = await cluster.object(resource, name, namespace, accept=table.ACCEPT)
    rows = [line.row for line in table.lines(body, wide=output == "wide", with_namespace=False)]
    return Envelope(summary=summary, data=rows, total=len(rows), untrusted=True)


TOOL = ReadTool(
    name="get",
    title="Show objects",
    description="Show Kubernetes objects of a kind, with the columns of kubectl get, or one of them whole "
    "(output=yaml). Values of Secrets are never shown.",
    parameters=GetParameters,
    run=get,
)
