"""Whole lists, page by page."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import cast

from pydantic_core import from_json

from ritsuko_mcp_kubernetes.api.client import Decoder, Json, KubernetesClient
from ritsuko_mcp_kubernetes.api.discovery import Resource

_PAGE = 500
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


async def pages(
    client: KubernetesClient,
    resource: Resource,
    namespace: str,
    query: Mapping[str, str] | None = None,
    *,
    decode: Decoder = from_json,
) -> AsyncGenerator[list[Json]]:
    """The objects of a kind in a namespace (empty: in all), in pages of 500: no answer of the API server grows without
    bound. The copies of an object in itself, half of many a one, are left out.

    A caller that has seen enough closes it: while one page is read, the next is requested.
    """

    def ask(page: str) -> asyncio.Task[Json]:
        asked = {"limit": str(_PAGE), **(query or {}), "continue": page}
        return asyncio.create_task(client.get(resource.path(namespace=namespace), asked, decode=decode))

    coming: asyncio.Task[Json] | None = ask("")
    try:
        while coming is not None:
            body = await coming
            page = str(cast(Json, body.get("metadata") or {}).get("continue") or "")
            coming = ask(page) if page else None
            await asyncio.sleep(0)  # sends the request before this page is read
            yield [_without_copies(item) for item in cast("list[Json]", body.get("items") or [])]
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)


async def items(
    client: KubernetesClient,
    resource: Resource,
    namespace: str,
    query: Mapping[str, str] | None = None,
    *,
    most: int,
    warnings: list[str],
    decode: Decoder = from_json,
    keep: Callable[[Json], Json] | None = None,
) -> list[Json]:
    """At most about `most` objects, or what `keep` takes of each; of how many there are more is said in `warnings`."""
    found: list[Json] = []
    async with aclosing(pages(client, resource, namespace, query, decode=decode)) as reading:
        async for page in reading:
            found += page if keep is None else map(keep, page)
            if len(found) >= most:
                if await anext(reading, None) is not None:
                    warnings.append(f"only the first {len(found)} {resource.plural} were read: narrow the request")
                break
    return found


def _without_copies(item: Json) -> Json:
    metadata = cast(Json, item["metadata"])
    metadata.pop("managedFields", None)
    cast(Json, metadata.get("annotations") or {}).pop(_APPLIED, None)
    return item
