"""The operator's own port: /healthz, /readyz, /metrics."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from ritsuko_operator.runtime.metrics import Metrics

Problems = Callable[[], Sequence[str]]


def application(metrics: Metrics, *, health: Problems, readiness: Problems) -> web.Application:
    """`health` and `readiness` say what is wrong; nothing is good."""

    def probe(problems: Problems) -> Callable[[web.Request], object]:
        async def answer(_: web.Request) -> web.Response:
            found = problems()
            return web.Response(text="\n".join(found) or "ok", status=503 if found else 200)

        return answer

    async def expose(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.router.add_get("/healthz", probe(health))  # pyright: ignore[reportArgumentType]
    app.router.add_get("/readyz", probe(readiness))  # pyright: ignore[reportArgumentType]
    app.router.add_get("/metrics", expose)
    return app


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncGenerator[None]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()
