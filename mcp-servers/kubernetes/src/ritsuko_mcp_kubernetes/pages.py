"""Whole lists, page by page."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import cast

from ritsuko_mcp_kubernetes.apiserver import Apiserver, Json
from ritsuko_mcp_kubernetes.discovery import Resource

_PAGE = 500
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


async def pages(
    apiserver: Apiserver, resource: Resource, namespace: str, query: Mapping[str, str] | None = None
) -> AsyncGenerator[list[Json]]:
    """The objects of a kind in a namespace (empty: in all), in pages of 500: no answer of the apiserver grows without
    bound. Whoever has seen enough leaves off. The copies of an object in itself, half of many a one, are left out.
    """
    page = ""
    while True:
        asked = {"limit": str(_PAGE), **(query or {}), "continue": page}
        body = await apiserver.get(resource.path(namespace=namespace), asked)
        found = cast("list[Json]", body.get("items") or [])
        for item in found:
            metadata = cast(Json, item["metadata"])
            metadata.pop("managedFields", None)
            cast(Json, metadata.get("annotations") or {}).pop(_APPLIED, None)
        yield found
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
    keep: Callable[[Json], Json] | None = None,
) -> list[Json]:
    """At most about `most` objects, or what `keep` takes of each; what is left out is said in `warnings`."""
    found: list[Json] = []
    async with aclosing(pages(apiserver, resource, namespace, query)) as reading:
        async for page in reading:
            found += page if keep is None else map(keep, page)
            if len(found) >= most:
                if await anext(reading, None) is not None:
                    warnings.append(
                        f"only the first {len(found)} {resource.plural} were looked at: narrow the question"
                    )
                break
    return found
