"""When the apiserver's watches showed what somebody waits for."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.integration.operator.story import Story

Object = dict[str, Any]
Test = Callable[[Object], bool]

CHILDREN = ("deployment", "configmap", "secret", "serviceaccount", "role", "rolebinding")
CONTAINERS = 4


class Sightings:
    """The objects of one namespace as they are now, and the moment when each was first seen complete."""

    def __init__(self) -> None:
        self.now: dict[tuple[str, str], Object] = {}
        self._complete: dict[tuple[str, str], float] = {}
        self._news = asyncio.Condition()

    async def note(self, kind: str, event: Object) -> None:
        live = event["object"]
        key = kind, live["metadata"]["name"]
        if event["type"] == "DELETED":
            self.now.pop(key, None)
        else:
            self.now[key] = live
            if key not in self._complete and _is_complete(kind, live):
                self._complete[key] = time.monotonic()
        async with self._news:
            self._news.notify_all()

    async def until(self, kind: str, name: str, test: Test, *, within: float = 30.0) -> float:
        """Waits until the object is there and passes the test; returns the moment."""
        return await self._wait(
            lambda: (live := self.now.get((kind, name))) is not None and test(live), within, f"the {kind} {name}"
        )

    async def complete(self, objects: Iterable[tuple[str, str]], *, within: float) -> list[float]:
        """Waits until all are complete; returns the moment of each."""
        wanted = list(objects)
        await self._wait(
            lambda: all(key in self._complete for key in wanted),
            within,
            "the first of " + ", ".join(f"{kind} {name}" for kind, name in wanted[:3]),
        )
        return [self._complete[key] for key in wanted]

    async def _wait(self, test: Callable[[], bool], within: float, what: str) -> float:
        try:
            async with asyncio.timeout(within), self._news:
                await self._news.wait_for(test)
        except TimeoutError as error:
            raise TimeoutError(f"{what} is not as it should be within {within:g} s") from error
        return time.monotonic()


def _is_complete(kind: str, live: Object) -> bool:
    match kind:
        case "deployment":
            return len(live["spec"]["template"]["spec"]["containers"]) == CONTAINERS
        case "configmap":
            return len(json.loads(live["data"].get("mcp.json", "{}")).get("mcpServers", {})) == CONTAINERS - 1
        case "secret":
            return len(live.get("data", {})) == CONTAINERS - 1
        case "bot" | "sidecar":
            return live.get("status", {}).get("observedGeneration") == live["metadata"]["generation"]
        case _:
            return True


@asynccontextmanager
async def watching(api: aiohttp.ClientSession, story: Story) -> AsyncIterator[Sightings]:
    """Watches everything that the operator makes or writes in the story's namespace."""
    sightings = Sightings()
    kinds = (*CHILDREN, "bot", "sidecar")
    versions = {kind: await _list(api, kind, story.path(kind), sightings) for kind in kinds}
    watches = [asyncio.create_task(_watch(api, kind, story.path(kind), versions[kind], sightings)) for kind in kinds]
    try:
        yield sightings
    finally:
        for watch in watches:
            watch.cancel()
        for outcome in await asyncio.gather(*watches, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome


async def _list(api: aiohttp.ClientSession, kind: str, path: str, sightings: Sightings) -> str:
    async with api.get(path) as answer:
        listed = await answer.json()
    for item in listed["items"]:
        await sightings.note(kind, {"type": "ADDED", "object": item})
    return listed["metadata"]["resourceVersion"]


async def _watch(api: aiohttp.ClientSession, kind: str, path: str, version: str, sightings: Sightings) -> None:
    parameters = {"watch": "1", "timeoutSeconds": "900", "resourceVersion": version}
    async with api.get(path, params=parameters, timeout=aiohttp.ClientTimeout(total=None)) as answer:
        async for line in answer.content:
            await sightings.note(kind, json.loads(line))
