"""What the servers are measured on: a namespace with pods, and the apiserver asked with nothing of ours in between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp

from tests.cluster import ControlPlane

PODS = 20
NAMESPACE = "default"
_AS_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io, application/json"


def make_pods(plane: ControlPlane) -> None:
    """Pods that no node runs; as good as others to be listed."""
    for number in range(PODS):
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"web-{number:02}", "labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "registry.example.com/web:1"}]},
        }
        plane.api.request("POST", f"/api/v1/namespaces/{NAMESPACE}/pods", pod)


def apiserver(plane: ControlPlane) -> aiohttp.ClientSession:
    """As the administrator, over connections that stay open; an error of HTTP is raised."""
    connector = aiohttp.TCPConnector(ssl=plane.api.ssl_context)
    return aiohttp.ClientSession(plane.url, connector=connector, raise_for_status=True)


def read(session: aiohttp.ClientSession, path: str, **parameters: str) -> Callable[[], Awaitable[None]]:
    """A request to repeat, whose whole answer is read; pods and their like come as the tables that kubectl shows."""

    async def once() -> None:
        async with session.get(path, params=parameters, headers={"Accept": _AS_TABLE}) as answer:
            await answer.read()

    return once
