"""An MCP server outside of the cluster, which wants to know who calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.cluster.ports import free

HEADER = "X-Api-Key"


@contextmanager
def remote_server(address: str, key: list[str]) -> Iterator[str]:
    """Serves on a free port of `address`; yields its URL. Whoever does not send one of `key` gets a 401."""
    server = MCPServer("remote", version="3.2.1")

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    async def weather(city: str) -> str:
        """Tells the weather."""
        return f"it rains in {city}"

    app = server.streamable_http_app(
        stateless_http=True, transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False)
    )
    port = free(1, address)[0]
    config = uvicorn.Config(_guarded(app, key), host=address, port=port, log_config=None, ws="none")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not running.started:
        assert time.monotonic() < deadline, "the remote server did not start"
        time.sleep(0.02)
    try:
        yield f"http://{address}:{port}/mcp"
    finally:
        running.should_exit = True
        thread.join(10)


def _guarded(app: ASGIApp, key: list[str]) -> ASGIApp:
    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(HEADER.lower().encode(), b"").decode()
            if given not in key:
                await PlainTextResponse("who are you?", status_code=401)(scope, receive, send)
                return
        await app(scope, receive, send)

    return guarded
