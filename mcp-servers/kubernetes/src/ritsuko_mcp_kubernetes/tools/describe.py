"""One object described, with its events."""

from __future__ import annotations

from typing import cast

from pydantic import JsonValue

from ritsuko_mcp_common import Envelope, Parameters, ReadTool
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.api.failures import ApiServerFailure
from ritsuko_mcp_kubernetes.listing.pages import whole
from ritsuko_mcp_kubernetes.lookup.clusters import Clusters
from ritsuko_mcp_kubernetes.objects import description
from ritsuko_mcp_kubernetes.tools.parameters import Context, KindOfOne, Name, Namespace


class DescribeParameters(Parameters):
    """What `describe` takes."""

    kind: KindOfOne
    name: Name = ""
    namespace: Namespace = ""
    context: Context = ""


async def describe(parameters: DescribeParameters, clusters: Clusters) -> Envelope:
    """The description of an object, and a warning where its events cannot be read."""
    cluster = clusters.choose(parameters.context)
    found, resource, warnings = await cluster.named(
        parameters.kind, parameters.name, parameters.namespace, tool="describe"
    )
    item = description.subject(whole(found, resource))
    about: list[Json] = []
    try:
        about = await cluster.events_of(item)
    except ApiServerFailure as error:
        warnings.append(f"its events could not be read: {error.message}")
    data = cast(JsonValue, {"object": item, "events": about, "now": description.utc_now()})
    metadata = cast(Json, item["metadata"])
    where = f" in namespace {metadata['namespace']}" if metadata.get("namespace") else ""
    envelope = Envelope(
        summary=f"{resource.kind} {metadata['name']}{where}" + ("" if about else ", no recent events"),
        data=cast("dict[str, JsonValue]", data),
        untrusted=True,
    ).written_by(description.write)
    return cluster.sourced(envelope, warnings)


TOOL = ReadTool(
    name="describe",
    title="Describe an object",
    description="Describe one Kubernetes object: its fields, conditions and events; for a pod, the state of its "
    "containers.",
    parameters=DescribeParameters,
    run=describe,
)
