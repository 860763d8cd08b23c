"""The same children written once more with nothing behind it: what the apiserver alone takes for them."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import aiohttp

from tests.integration.operator.story import Story
from tests.load.arrivals import KINDS, MADE_BY_THE_OPERATOR


async def seconds_to_replay(api: aiohttp.ClientSession, original: Story, into: Story, *, at_a_time: int) -> float:
    """Creates copies of what the operator made in `original`; they belong to nobody, so no operator minds them."""
    copies = [copy for kind in KINDS for copy in await _copies(api, kind, original, into)]
    turns = asyncio.Semaphore(at_a_time)

    async def create(path: str, manifest: dict[str, Any]) -> None:
        async with turns, api.post(path, json=manifest) as answer:
            await answer.read()

    began = time.monotonic()
    await asyncio.gather(*(create(path, manifest) for path, manifest in copies))
    return time.monotonic() - began


async def _copies(
    api: aiohttp.ClientSession, kind: str, original: Story, into: Story
) -> list[tuple[str, dict[str, Any]]]:
    async with api.get(original.path(kind), params=MADE_BY_THE_OPERATOR) as answer:
        items = (await answer.json())["items"]
    gone = ("metadata", "status", "apiVersion", "kind")
    return [
        (
            into.path(kind),
            {
                "metadata": {"name": item["metadata"]["name"]},
                **{key: value for key, value in item.items() if key not in gone},
            },
        )
        for item in items
    ]
