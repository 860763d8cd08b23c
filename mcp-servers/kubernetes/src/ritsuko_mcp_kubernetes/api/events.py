"""Reading Warning events."""

from __future__ import annotations

from ritsuko_mcp_kubernetes.api.client import Json, KubernetesClient
from ritsuko_mcp_kubernetes.api.discovery import Discovery
from ritsuko_mcp_kubernetes.api.pagination import items


async def warning_events(
    client: KubernetesClient, discovery: Discovery, namespace: str, *, most: int, warnings: list[str]
) -> list[Json]:
    """The Warning events of a namespace (empty: of all). Raises as `KubernetesClient.get` does."""
    resource = await discovery.resolve("events")
    return await items(client, resource, namespace, {"fieldSelector": "type=Warning"}, most=most, warnings=warnings)
