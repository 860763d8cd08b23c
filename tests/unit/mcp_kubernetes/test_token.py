"""A ServiceAccount's token is replaced while the pod lives."""

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ritsuko_mcp_common import ToolFailure
from ritsuko_mcp_common.kubernetes import Target
from ritsuko_mcp_kubernetes.api.client import KubernetesClient

_KUBECONFIG = """
current-context: c
clusters: [{{name: c, cluster: {{server: "{url}"}}}}]
users: [{{name: u, user: {{tokenFile: "{token}"}}}}]
contexts: [{{name: c, context: {{cluster: c, user: u}}}}]
"""


async def test_after_a_401_it_is_read_again_and_the_request_repeated_once(tmp_path: Path) -> None:
    seen: list[str] = []
    token, kubeconfig = tmp_path / "token", tmp_path / "config"

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"].removeprefix("Bearer "))
        return web.json_response({"kind": "Pod"}, status=200 if seen[-1] == valid else 401)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server:
        token.write_text("first")
        kubeconfig.write_text(_KUBECONFIG.format(url=str(server.make_url("")).rstrip("/"), token=token))
        client = KubernetesClient(
            Target("c", "default", kubeconfig=str(kubeconfig), context="c"), max_response_bytes=10_000
        )
        valid = "first"
        await client.get("/api/v1/pods")
        token.write_text("second")
        valid = "second"
        await client.get("/api/v1/pods")
        assert seen == ["first", "first", "second"]
        valid = "third"
        with pytest.raises(ToolFailure, match="401"):
            await client.get("/api/v1/pods")
        assert seen[3:] == ["second"]
        await client.aclose()
