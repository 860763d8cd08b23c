"""A cluster's worth of nodes and pods, which kwok lets seem to run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.cluster import ControlPlane
from tests.load.backends import apiserver

Json = dict[str, Any]

_AT_ONCE = 16
_SETTLED_WITHIN = 180.0


@dataclass(frozen=True)
class Population:
    """So many of each. Of the pods every 50th is in a crash loop, and every 200th from the tenth has no image."""

    pods: int
    nodes: int
    namespaces: int
    prefix: str = "crowd"

    def namespace(self, number: int) -> str:
        """That of a pod."""
        return f"{self.prefix}-{number % self.namespaces}"

    def fate(self, number: int) -> str:
        """Of a pod: empty for one that runs."""
        if number % 50 == 0:
            return "crash"
        return "no-image" if number % 200 == 10 else ""

    def count(self, fate: str) -> int:
        return sum(self.fate(number) == fate for number in range(self.pods))


async def settle(plane: ControlPlane, population: Population) -> None:
    """Makes all of it, and waits until every pod is as it shall be. Raises `TimeoutError` if that takes too long."""
    async with apiserver(plane) as session:
        spaces = range(population.namespaces)
        await _make(session, "/api/v1/namespaces", ({"metadata": {"name": population.namespace(n)}} for n in spaces))
        nodes = range(population.nodes)
        await _make(session, "/api/v1/nodes", ({"metadata": {"name": f"{population.prefix}-{n}"}} for n in nodes))
        await _until(lambda: _all_ready(session, population.nodes), "its nodes are ready")
        await _until(lambda: _all_served(session, population), "its namespaces have their ServiceAccounts")
        for space in spaces:
            numbers = range(space, population.pods, population.namespaces)
            path = f"/api/v1/namespaces/{population.namespace(space)}/pods"
            await _make(session, path, (_pod(population, number) for number in numbers))
        await _until(lambda: _all_told(session, population), "its pods have a status")


def _pod(population: Population, number: int) -> Json:
    """As large as a pod of an ordinary Deployment: settings, requests, a probe."""
    fate = population.fate(number)
    labels = {"app": f"app-{number % 100}", "app.kubernetes.io/managed-by": "bench"}
    container = {
        "name": "app",
        "image": "registry.example.com/team/app:1.2.3",
        "env": [{"name": f"SETTING_{index}", "value": f"value-{index}"} for index in range(10)],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}},
    }
    return {
        "metadata": {"name": f"pod-{number}", "labels": {**labels, **({"fate": fate} if fate else {})}},
        "spec": {"containers": [container], "nodeName": f"{population.prefix}-{number % population.nodes}"},
    }


async def _make(session: aiohttp.ClientSession, path: str, bodies: Iterable[Json]) -> None:
    left = iter(bodies)

    async def make() -> None:
        for body in left:
            headers = {"Content-Type": "application/json"}
            async with session.post(path, data=json.dumps(body), headers=headers) as answer:
                await answer.read()

    await asyncio.gather(*(make() for _ in range(_AT_ONCE)))


async def _until(holds: Callable[[], Awaitable[bool]], what: str) -> None:
    try:
        async with asyncio.timeout(_SETTLED_WITHIN):
            while not await holds():  # noqa: ASYNC110
                await asyncio.sleep(0.5)
    except TimeoutError as error:
        raise TimeoutError(f"not after {_SETTLED_WITHIN:g} s: {what}") from error


async def _all_ready(session: aiohttp.ClientSession, count: int) -> bool:
    async with session.get("/api/v1/nodes") as answer:
        nodes = (await answer.json())["items"]
    ready = [
        node
        for node in nodes
        for condition in node["status"].get("conditions", [])
        if (condition["type"], condition["status"]) == ("Ready", "True")
    ]
    return len(ready) >= count


async def _all_served(session: aiohttp.ClientSession, population: Population) -> bool:
    """Whether pods can be made: they need the ServiceAccount that a controller makes for each namespace."""
    async with session.get("/api/v1/serviceaccounts") as answer:
        served = {account["metadata"]["namespace"] for account in (await answer.json())["items"]}
    return {population.namespace(number) for number in range(population.namespaces)} <= served


async def _all_told(session: aiohttp.ClientSession, population: Population) -> bool:
    """Whether no pod is without an address: kwok gives it with the status."""
    parameters = {"fieldSelector": "status.podIP=", "limit": "1"}
    for space in range(population.namespaces):
        async with session.get(f"/api/v1/namespaces/{population.namespace(space)}/pods", params=parameters) as answer:
            if (await answer.json())["items"]:
                return False
    return True
