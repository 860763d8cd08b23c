"""Backends made for a test: they answer every request as the test says, over real sockets, also with TLS."""

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings

QueryResult = Callable[[web.Request], Awaitable[web.StreamResponse]]

UP = {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {"job": "x"}, "value": [1, "1"]}]}}


@asynccontextmanager
async def backend(answer: QueryResult, tls: ssl.SSLContext | None = None) -> AsyncGenerator[str]:
    """Answers every request with `answer`; yields its address."""
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def client(url: str, **settings: object) -> AsyncGenerator[PrometheusClient]:
    service = build(PrometheusSettings.model_validate({"prometheus_url": url, **settings}))
    assert isinstance(service.backend, PrometheusClient)
    try:
        yield service.backend
    finally:
        await service.backend.aclose()


async def failure(url: str, **settings: object) -> ToolFailure:
    async with client(url, **settings) as prometheus:
        with pytest.raises(ToolFailure) as caught:
            await prometheus.query("up", 1.0)
    return caught.value
