"""The few endpoints of an apiserver that a log search reads, with logs as awkward as a test wants them.

A real apiserver has no pod logs without a kubelet; what a real kubelet does is shown by the end-to-end tests.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

Log = str | Callable[[web.Request, web.StreamResponse], AsyncIterator[bytes]] | tuple[int, str]
"""Text; or chunks as a generator makes them; or a status and the message of the refusal."""


@dataclass(slots=True)
class FakeApiserver:
    """Fill in `pods` and `logs` (by `pod/container`, or `pod/container/previous`); look at `requests` afterwards."""

    pods: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    logs: dict[str, Log] = field(default_factory=dict[str, Log])
    requests: list[web.BaseRequest] = field(default_factory=list[web.BaseRequest])
    token: str = ""
    forbidden: str = ""
    url: str = ""
    running: int = 0
    most_running: int = 0

    def add(self, name: str, log: Log = "", *, namespace: str = "shop", **pod: Any) -> None:
        """A running pod with one container `app`, unless `pod` says otherwise."""
        self.pods.setdefault(namespace, []).append(pod_object(name, namespace=namespace, **pod))
        self.logs[f"{name}/app"] = log

    def kubeconfig(self, folder: Path, *, namespace: str = "shop", token_file: Path | None = None) -> Path:
        """A kubeconfig that leads here."""
        path = folder / "kubeconfig"
        user = {"tokenFile": str(token_file)} if token_file else {}
        context = {"cluster": "fake", "user": "fake", "namespace": namespace}
        path.write_text(
            yaml.safe_dump(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": "fake",
                    "clusters": [{"name": "fake", "cluster": {"server": self.url}}],
                    "users": [{"name": "fake", "user": user}],
                    "contexts": [{"name": "fake", "context": context}],
                }
            )
        )
        return path

    async def _version(self, _: web.Request) -> web.Response:
        return web.json_response({"gitVersion": "v1.34.4"})

    async def _pods(self, request: web.Request) -> web.Response:
        if self.forbidden == "pods":
            return _status(403, 'pods is forbidden: User "system:serviceaccount:shop:bot" cannot list resource "pods"')
        selector = request.query.get("labelSelector", "")
        if "==!" in selector:
            return _status(400, f"unable to parse requirement: found '!' in {selector}")
        namespace = request.match_info.get("namespace")
        items = self.pods.get(namespace, []) if namespace else [pod for some in self.pods.values() for pod in some]
        if selector:
            key, _, value = selector.partition("=")
            items = [pod for pod in items if pod["metadata"]["labels"].get(key) == value]
        limit = int(request.query["limit"])
        return web.json_response(
            {
                "items": items[:limit],
                "metadata": {"remainingItemCount": len(items) - limit} if len(items) > limit else {},
            }
        )

    async def _namespace(self, request: web.Request) -> web.Response:
        name = request.match_info["namespace"]
        if name not in self.pods:
            return _status(404, f'namespaces "{name}" not found')
        return web.json_response({"metadata": {"name": name}})

    async def _namespaces(self, _: web.Request) -> web.Response:
        return web.json_response({"items": [{"metadata": {"name": name}} for name in self.pods]})

    async def _log(self, request: web.Request) -> web.StreamResponse:
        key = f"{request.match_info['pod']}/{request.query['container']}"
        log = self.logs[key + ("/previous" if request.query.get("previous") == "true" else "")]
        if isinstance(log, tuple):
            status, message = log
            return _status(status, message)
        if isinstance(log, str):
            return web.Response(body=log.encode(), content_type="text/plain")
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        try:
            async for chunk in log(request, response):
                await response.write(chunk)
        finally:
            self.running -= 1
        return response

    @web.middleware
    async def _guard(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        self.requests.append(request)
        if request.method != "GET":
            return _status(405, "this server is only read")
        if self.token and request.headers.get("authorization", "").lower() != f"bearer {self.token}".lower():
            return _status(401, "Unauthorized")
        return await handler(request)

    @asynccontextmanager
    async def serve(self) -> AsyncGenerator["FakeApiserver"]:
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/version", self._version)
        app.router.add_get("/api/v1/pods", self._pods)
        app.router.add_get("/api/v1/namespaces", self._namespaces)
        app.router.add_get("/api/v1/namespaces/{namespace}", self._namespace)
        app.router.add_get("/api/v1/namespaces/{namespace}/pods", self._pods)
        app.router.add_get("/api/v1/namespaces/{namespace}/pods/{pod}/log", self._log)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            await runner.cleanup()


def pod_object(
    name: str,
    *,
    namespace: str = "shop",
    labels: dict[str, str] | None = None,
    containers: dict[str, dict[str, Any]] | None = None,
    created: str = "2026-11-24T00:00:00Z",
    phase: str = "Running",
) -> dict[str, Any]:
    """A pod as the apiserver lists it; `containers` maps names to what their status says beside the name."""
    found = containers if containers is not None else {"app": {"state": {"running": {}}}}
    return {
        "metadata": {"name": name, "namespace": namespace, "labels": labels or {}, "creationTimestamp": created},
        "spec": {"containers": [{"name": container} for container in found]},
        "status": {"phase": phase, "containerStatuses": [{"name": one, **status} for one, status in found.items()]},
    }


def _status(code: int, message: str) -> web.Response:
    return web.json_response({"kind": "Status", "status": "Failure", "message": message, "code": code}, status=code)
