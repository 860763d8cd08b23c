"""An MCP server of ours as a process of its own, and an open SDK client to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.cluster.ports import free
from tests.load.program import cpu_seconds, running

TOKEN = "bench-token"


@dataclass(frozen=True)
class Server:
    """A running server."""

    pid: int
    url: str
    cpu_to_ready: float


@contextmanager
def server(name: str, folder: Path, **environment: str) -> Iterator[Server]:
    """The server of that name, from the moment its /health answers."""
    port = free(1, "127.0.0.1")[0]
    settings = {"MCP_HOST": "127.0.0.1", "MCP_PORT": str(port), "MCP_AUTH_TOKEN": TOKEN, **environment}
    url = f"http://127.0.0.1:{port}"
    log = folder / f"{name}.log"
    with running("-m", f"ritsuko_mcp_{name}", environment=settings, log=log, ready=f"{url}/health") as process:
        yield Server(process.pid, url, cpu_seconds(process.pid))


@asynccontextmanager
async def client(url: str) -> AsyncIterator[Client]:
    """An SDK client that stays connected."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http)) as client,
    ):
        yield client
