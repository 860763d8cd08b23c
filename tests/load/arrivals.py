"""When each bot's children were all there, as a watch of the apiserver tells it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

KINDS = ("deployment", "configmap", "secret", "serviceaccount", "role", "rolebinding")
MADE_BY_THE_OPERATOR = {"labelSelector": "app.kubernetes.io/managed-by=ritsuko-operator"}


class Arrivals:
    """Children that are as they should be, each with the moment it was first seen so."""

    def __init__(self, containers: int) -> None:
        self._containers = containers
        self._seen: dict[tuple[str, str], float] = {}
        self._news = asyncio.Event()

    async def complete(self, bots: Iterable[str], *, within: float) -> dict[str, float]:
        """By bot the moment when its last child arrived (of `time.monotonic`), once all bots are complete."""
        wanted = [(bot, kind) for bot in bots for kind in KINDS]
        try:
            async with asyncio.timeout(within):
                while not all(child in self._seen for child in wanted):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as error:
            missing = ", ".join(f"the {kind} of {bot}" for bot, kind in wanted if (bot, kind) not in self._seen)
            raise TimeoutError(f"not there as they should be within {within:g} s: {missing}") from error
        return {bot: max(self._seen[bot, kind] for kind in KINDS) for bot, _ in wanted}

    def note(self, kind: str, event: dict[str, Any]) -> None:
        """An event of the watch of that kind."""
        live = event["object"]
        if event["type"] not in ("ADDED", "MODIFIED") or not self._is_whole(kind, live):
            return
        self._seen.setdefault((live["metadata"]["labels"]["app.kubernetes.io/instance"], kind), time.monotonic())
        self._news.set()

    def _is_whole(self, kind: str, live: dict[str, Any]) -> bool:
        match kind:
            case "deployment":
                return len(live["spec"]["template"]["spec"]["containers"]) == self._containers
            case "configmap":
                return len(json.loads(live["data"]["mcp.json"])["mcpServers"]) == self._containers - 1
            case "secret":
                return len(live.get("data", {})) == self._containers - 1
            case _:
                return True


@asynccontextmanager
async def watching(
    apiserver: aiohttp.ClientSession, paths: dict[str, str], *, containers: int
) -> AsyncIterator[Arrivals]:
    """Watches the lists at `paths`, by kind. A bot is complete with that many containers, its own among them."""
    arrivals = Arrivals(containers)
    # from the version of a list on, so that nothing is missed while the watch is being opened
    versions = {kind: await _version(apiserver, paths[kind]) for kind in KINDS}
    watches = [asyncio.create_task(_watch(apiserver, kind, paths[kind], versions[kind], arrivals)) for kind in KINDS]
    try:
        yield arrivals
    finally:
        for watch in watches:
            watch.cancel()
        for outcome in await asyncio.gather(*watches, return_exceptions=True):
            if isinstance(outcome, Exception):
                raise outcome


async def _version(apiserver: aiohttp.ClientSession, path: str) -> str:
    async with apiserver.get(path, params=MADE_BY_THE_OPERATOR) as answer:
        return (await answer.json())["metadata"]["resourceVersion"]


async def _watch(apiserver: aiohttp.ClientSession, kind: str, path: str, version: str, arrivals: Arrivals) -> None:
    parameters = {"watch": "1", "timeoutSeconds": "200", "resourceVersion": version, **MADE_BY_THE_OPERATOR}
    async with apiserver.get(path, params=parameters, timeout=aiohttp.ClientTimeout(total=None)) as answer:
        async for line in answer.content:
            arrivals.note(kind, json.loads(line))
