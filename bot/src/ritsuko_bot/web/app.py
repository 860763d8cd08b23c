"""The bot's HTTP port: health, metrics and status."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ritsuko_bot.state import State

_STOP_WITHIN = 1


def app(state: State) -> Starlette:
    """/healthz, /readyz, /metrics and /status."""

    async def healthz(_: Request) -> Response:
        # An answer proves that the event loop runs; a task that fails ends the whole process.
        return JSONResponse({"healthy": True})

    async def readyz(_: Request) -> Response:
        reasons = state.not_ready_because()
        body = {"ready": not reasons, "answering": state.answers(), "reasons": reasons}
        return JSONResponse(body, status_code=503 if reasons else 200)

    async def metrics(_: Request) -> Response:
        return Response(state.metrics_text(), media_type=CONTENT_TYPE_LATEST)

    async def status(_: Request) -> Response:
        return JSONResponse(state.report().model_dump(mode="json", by_alias=True, exclude_none=True))

    handlers = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics, "/status": status}
    return Starlette(routes=[Route(path, handler) for path, handler in handlers.items()])


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leaves signals to the bot, which has more to stop than this."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """The listening socket; raises `OSError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=128)


async def serve(state: State, listening: socket.socket) -> None:
    """Serves until cancelled."""
    config = uvicorn.Config(
        app(state), log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=_STOP_WITHIN
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="http")
    try:
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
