"""Why there is nothing: no such object, no such namespace, nothing that matches; and what comes closest."""

from __future__ import annotations

from typing import cast

from ritsuko_common.nearest import nearest
from ritsuko_mcp_common import ToolFailure
from ritsuko_mcp_kubernetes.api import field_selectors
from ritsuko_mcp_kubernetes.api.client import Json, KubernetesClient
from ritsuko_mcp_kubernetes.api.discovery import Resource
from ritsuko_mcp_kubernetes.api.failures import ApiServerFailure

NAMES_ONLY = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json"
_MOST_NAMES = 500


async def of_object(client: KubernetesClient, resource: Resource, name: str, namespace: str) -> ToolFailure:
    """The failure for an object that is not there."""
    where = f" in namespace {namespace}" if resource.namespaced else ""
    message = f"there is no {resource.singular} {name!r}{where}"
    if resource.namespaced and (missing := await of_namespace(client, namespace)) is not None:
        return missing
    close = nearest(name, await _names(client, resource, namespace))
    if close:
        return ToolFailure(message, f"Did you mean {', '.join(close)}?")
    if resource.namespaced:
        elsewhere = await _namespaces_with(client, resource, name)
        if elsewhere:
            return ToolFailure(message, f"There is one of that name in namespace {', '.join(elsewhere)}.")
    return ToolFailure(message, f"To list them: get {resource.plural}.")


async def of_namespace(client: KubernetesClient, namespace: str) -> ToolFailure | None:
    """The failure for a namespace that surely does not exist; None when it does, or when we may not look."""
    namespaces = Resource("", "v1", "namespaces", "namespace", "Namespace", namespaced=False)
    try:
        await client.get(
            namespaces.path(name=namespace), accept="application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
        )
    except ApiServerFailure as error:
        if error.status != 404:
            return None
        close = nearest(namespace, await _names(client, namespaces, ""))
        hint = f"Did you mean {', '.join(close)}?" if close else "To list them: get namespaces."
        return ToolFailure(f"there is no namespace {namespace!r}", hint)
    return None


async def _names(client: KubernetesClient, resource: Resource, namespace: str) -> list[str]:
    return [metadata["name"] for metadata in await _metadata(client, resource, namespace)]


async def _namespaces_with(client: KubernetesClient, resource: Resource, name: str) -> list[str]:
    found = await _metadata(client, resource, "", fields=field_selectors.equals({"metadata.name": name}))
    return [metadata["namespace"] for metadata in found if metadata.get("name") == name][:5]


async def _metadata(client: KubernetesClient, resource: Resource, namespace: str, *, fields: str = "") -> list[Json]:
    """Metadata of what is there, as far as we may see it: this only ever improves an error."""
    query = {"limit": str(_MOST_NAMES), "fieldSelector": fields}
    try:
        body = await client.get(resource.path(namespace=namespace), query, accept=NAMES_ONLY)
    except ApiServerFailure:
        return []
    return [cast(Json, item["metadata"]) for item in cast("list[Json]", body.get("items") or [])]
