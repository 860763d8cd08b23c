"""A bridge as a process, with a child behind it, called over HTTP."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.cluster.ports import free
from tools import gobuild

TOKEN = "bridge-token"
ODD_CHILD = [sys.executable, str(Path(__file__).with_name("odd_child.py"))]


@dataclass
class Bridge:
    """A running bridge; `log` is what it and its child wrote to standard error."""

    process: asyncio.subprocess.Process
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def client(self, mode: str = "auto", **options: Any) -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with (
            httpx2.AsyncClient(headers=headers, trust_env=False, timeout=60) as http,
            Client(
                streamable_http_client(f"{self.url}/mcp", http_client=http, max_sse_event_size=64 * 2**20),
                mode=mode,
                **options,
            ) as client,
        ):
            yield client

    async def health(self) -> httpx2.Response:
        async with httpx2.AsyncClient(trust_env=False) as http:
            return await http.get(f"{self.url}/health")

    @property
    def child(self) -> int:
        """The pid of the server behind it."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        (pid,) = " ".join(thread.read_text() for thread in threads).split()
        return int(pid)


@asynccontextmanager
async def bridge(command: Sequence[str], folder: Path, **environment: str) -> AsyncIterator[Bridge]:
    """A bridge in front of `command`, from when it answers; it is gone at the end."""
    program = await asyncio.to_thread(gobuild.bridge)
    port = free(1, "127.0.0.1")[0]
    settings = {**os.environ, "MCP_PORT": str(port), "MCP_AUTH_TOKEN": TOKEN, **environment}
    log = folder / "bridge.log"
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            str(program), "serve", "--", *command, env=settings, stderr=stderr, stdin=asyncio.subprocess.DEVNULL
        )
    running = Bridge(process, port, log)
    try:
        async with asyncio.timeout(20):
            while not await _answers(running):
                assert process.returncode is None, log.read_text()
                await asyncio.sleep(0.02)
        yield running
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(30):
            await process.wait()


async def _answers(running: Bridge) -> bool:
    try:
        await running.health()
    except httpx2.TransportError:
        return False
    return True
