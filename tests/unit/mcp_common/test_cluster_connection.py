"""A request to the API server as the pod's ServiceAccount."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ritsuko_common.service_account import ServiceAccount
from ritsuko_mcp_common import BackendUnreachable
from ritsuko_mcp_common.cluster_connection import ClusterRequest, PodConnection


@dataclass
class Apiserver:
    """Takes one token, and notes the requests."""

    valid: str = "first"
    tokens: list[str] = field(default_factory=list[str])
    paths: list[str] = field(default_factory=list[str])

    async def answer(self, request: web.Request) -> web.Response:
        self.tokens.append(request.headers["Authorization"].removeprefix("Bearer "))
        self.paths.append(request.raw_path)
        if request.path == "/elsewhere":
            raise web.HTTPFound("http://127.0.0.1:1/")
        return web.json_response({}, status=200 if self.tokens[-1] == self.valid else 401)


@asynccontextmanager
async def connected(
    apiserver: Apiserver, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[PodConnection]:
    (folder / "token").write_text("first")
    app = web.Application()
    app.router.add_get("/{path:.*}", apiserver.answer)
    monkeypatch.setattr(ServiceAccount, "tls", lambda _: True)
    async with TestServer(app) as server:
        address = str(server.make_url("")).rstrip("/")
        connection = PodConnection(ServiceAccount(address, folder), read_bufsize=2**16)
        try:
            yield connection
        finally:
            await connection.close()


async def status(connection: PodConnection, path: str = "/api/v1/pods", query: dict[str, str] | None = None) -> int:
    request = ClusterRequest("GET", path, aiohttp.ClientTimeout(total=5), query or {})
    async with await connection.send(request) as response:
        return response.status


async def test_after_a_401_the_token_is_read_again_and_the_request_repeated_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    apiserver = Apiserver()
    async with connected(apiserver, tmp_path, monkeypatch) as connection:
        assert await status(connection) == 200
        apiserver.valid = "second"
        assert await status(connection) == 401
        assert apiserver.tokens == ["first", "first"], "the same token again would be refused again"
        tokens = iter(["first", "second"])
        monkeypatch.setattr(ServiceAccount, "token", lambda _: next(tokens))
        assert await status(connection) == 200
    assert apiserver.tokens[2:] == ["first", "second"]


async def test_paths_and_queries_arrive_as_they_are_encoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apiserver = Apiserver()
    async with connected(apiserver, tmp_path, monkeypatch) as connection:
        await status(connection, "/api/v1/namespaces/a%2Fb/pods", {"labelSelector": "app=web,tier!=db"})
    assert apiserver.paths == ["/api/v1/namespaces/a%2Fb/pods?labelSelector=app%3Dweb%2Ctier%21%3Ddb"]


async def test_the_token_goes_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apiserver = Apiserver()
    async with connected(apiserver, tmp_path, monkeypatch) as connection:
        assert await status(connection, "/elsewhere") == 302


async def test_a_token_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(Apiserver(), tmp_path, monkeypatch) as connection:
        (tmp_path / "token").unlink()
        with pytest.raises(BackendUnreachable, match="token cannot be read"):
            await status(connection)


@pytest.mark.parametrize("server", ["kubernetes", "logs"])
def test_in_a_pod_the_kubernetes_package_is_never_loaded(server: str) -> None:
    """It takes 20 MiB, and only a kubeconfig needs it."""
    program = (
        f"import ritsuko_mcp_{server}.server, sys; from ritsuko_mcp_common import kubernetes, cluster_connection;"
        "print('kubernetes' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
