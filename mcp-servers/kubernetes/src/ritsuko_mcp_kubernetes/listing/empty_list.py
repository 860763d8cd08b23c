"""Why a list is empty."""

from __future__ import annotations

from typing import cast

from ritsuko_mcp_common import Envelope
from ritsuko_mcp_kubernetes.api.client import Json, KubernetesClient
from ritsuko_mcp_kubernetes.api.discovery import Resource
from ritsuko_mcp_kubernetes.api.failures import ApiServerFailure
from ritsuko_mcp_kubernetes.listing.pages import ListRequest
from ritsuko_mcp_kubernetes.lookup import not_found


async def explain_empty_list(client: KubernetesClient, request: ListRequest, envelope: Envelope) -> Envelope:
    """An empty list with the reason in its summary. Raises `ToolFailure` for a namespace that does not exist."""
    resource = request.resource
    if request.namespace and (missing := await not_found.of_namespace(client, request.namespace)) is not None:
        raise missing
    summary = f"No {resource.plural} {request.where}{request.selection}."
    hints = list(envelope.hints)
    if request.selection:
        others = await _count(client, resource, request.namespace)
        if others is not None:
            summary += f" Without the selector there {'is' if others == 1 else 'are'} {others}."
    elif request.namespace and resource.namespaced:
        elsewhere = await _count(client, resource, "")
        if elsewhere:
            hints.append(f"There are {elsewhere} in other namespaces: all_namespaces=true shows them.")
    return envelope.model_copy(update={"summary": summary, "hints": hints})


async def _count(client: KubernetesClient, resource: Resource, namespace: str) -> int | None:
    try:
        body = await client.get(resource.path(namespace=namespace), {"limit": "1"}, accept=not_found.NAMES_ONLY)
    except ApiServerFailure:
        return None
    return len(body.get("items") or []) + int(cast(Json, body.get("metadata") or {}).get("remainingItemCount") or 0)
