"""Whole lists, page by page."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import cast

from ritsuko_mcp_kubernetes.apiserver import Apiserver, Json
from ritsuko_mcp_kubernetes.discovery import Resource

_PAGE = 500


async def pages(
    apiserver: Apiserver, resource: Resource, namespace: str, query: Mapping[str, str] | None = None
) -> AsyncGenerator[list[Json]]:
    """The objects of a kind in a namespace (empty: in all), in pages of 500: no answer of the apiserver grows without
    bound. Whoever has seen enough leaves off.
    """
    page = ""
    while True:
        asked = {"limit": str(_PAGE), **(query or {}), "continue": page}
        body = await apiserver.get(resource.path(namespace=namespace), asked)
        yield cast("list[Json]", body.get("items") or [])
        page = str(cast(Json, body.get("metadata") or {}).get("continue") or "")
        if not page:
            return


async def items(
    apiserver: Apiserver,
    resource: Resource,
    namespace: str,
    query: Mapping[str, str] | None = None,
    *,
    most: int,
    warnings: list[str],
) -> list[Json]:
    """At most about `most` objects; what is left out is said in `warnings`."""
    found: list[Json] = []
    reading = pages(apiserver, resource, namespace, query)
    async for page in reading:
        found += page
        if len(found) >= most:
            if await anext(reading, None) is not None:
                warnings.append(f"only the first {len(found)} {resource.plural} were looked at: narrow the question")
            break
    await reading.aclose()
    return found
