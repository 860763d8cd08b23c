"""An MCP server of ours on a free loopback port, in the test's own event loop."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import uvicorn

from ritsuko_mcp_common.server import Service, application

_PATIENCE_SECONDS = 10.0


@asynccontextmanager
async def serving(service: Service) -> AsyncGenerator[str]:
    """Yields the base address, like `http://127.0.0.1:41234`, while the server runs as `run` would run it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(application(service), log_config=None, ws="none", timeout_graceful_shutdown=2)
        )
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while not server.started:
                    if running.done():
                        running.result()
                    await asyncio.sleep(0.01)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await running
