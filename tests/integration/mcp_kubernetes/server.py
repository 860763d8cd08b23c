"""The kubernetes server as it is run by hand: a process, called over HTTP."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

TOKEN = "integration-token"


@dataclass
class Server:
    """A running server."""

    port: int
    process: asyncio.subprocess.Process
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def client(self, mode: str = "2026-07-28") -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http,
            Client(streamable_http_client(f"{self.url}/mcp", http_client=http), mode=mode) as client,
        ):
            yield client

    async def call(self, tool: str, *, mode: str = "2026-07-28", **arguments: Any) -> Any:
        async with self.client(mode) as client:
            return await client.call_tool(tool, arguments)

    async def health(self) -> dict[str, Any]:
        async with httpx2.AsyncClient(trust_env=False) as http:
            return (await http.get(f"{self.url}/health")).json()


@asynccontextmanager
async def running(kubeconfig: Path, log: Path, **environment: str) -> AsyncIterator[Server]:
    """A server that answers /health; it is gone, politely, at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"KUBECONFIG": str(kubeconfig), "MCP_PORT": str(port), "MCP_AUTH_TOKEN": TOKEN, **environment}
    with open(log, "w") as stderr:  # noqa: ASYNC230
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ritsuko_mcp_kubernetes", env={**os.environ, **settings}, stderr=stderr
        )
        server = Server(port, process, log)
        try:
            async with asyncio.timeout(60):
                while not await _answers(server):
                    if process.returncode is not None:
                        raise AssertionError(f"the server ended, see {log}")
                    await asyncio.sleep(0.05)
            yield server
        finally:
            if process.returncode is None:
                process.terminate()
            async with asyncio.timeout(20):
                await process.wait()


async def _answers(server: Server) -> bool:
    try:
        await server.health()
    except httpx2.TransportError:
        return False
    return True
