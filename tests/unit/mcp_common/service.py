"""A small server of the contract, to be called like any other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from pydantic import Field

from ritsuko_mcp_common import (
    BackendUnreachable,
    Envelope,
    Parameters,
    ReadTool,
    ServerSettings,
    Service,
    ToolFailure,
    application,
)

TOKEN = "correct-token"
LOOPBACK = ("127.0.0.1", 40000)


class FakeBackend:
    """Answers `detail`, or raises `failure`."""

    def __init__(self) -> None:
        self.failure: ToolFailure | None = None
        self.checks = 0
        self.closed = False

    async def check(self) -> str:
        self.checks += 1
        if self.failure:
            raise self.failure
        return "Fake 1.0"

    async def aclose(self) -> None:
        self.closed = True


class ShowParameters(Parameters):
    """What `show` takes."""

    what: Annotated[str, Field(description="what to show")]
    count: Annotated[int, Field(ge=0, le=100_000)] = 3
    note: str = ""


class Tools:
    """One tool whose behaviour its first argument chooses."""

    def __init__(self) -> None:
        self.running = 0
        self.most_running = 0
        self.two_running = asyncio.Event()
        self.cancelled = asyncio.Event()
        self.release = asyncio.Event()

    async def show(self, parameters: ShowParameters) -> Envelope:
        count, note = parameters.count, parameters.note
        match parameters.what:
            case "rows":
                rows = [{"NAME": f"row-{number}", "NOTE": note} for number in range(count)]
                return Envelope(summary=f"{count} rows", data=rows).resumable(lambda after: f"after-{after}")
            case "text":
                return Envelope(summary="a text", data="\n".join(f"line {number}" for number in range(count)))
            case "secret":
                return Envelope(
                    summary="password=in-the-summary",
                    data=[{"NAME": "a", "password": "in-the-data"}],
                    hints=["try --token in-the-hints"],
                    warnings=["Authorization: Bearer in-the-warnings"],
                    source="https://bob:in-the-source@example.com",
                )
            case "failure":
                raise ToolFailure("there is no such thing", "Try another.")
            case "unreachable":
                raise BackendUnreachable("the backend does not answer")
            case "crash":
                raise RuntimeError("internal detail")
            case "unwritable":
                return Envelope(summary="secret", data={"a": "b"}).written_by(_no_writer)
            case "hang":
                self.running += 1
                self.most_running = max(self.most_running, self.running)
                if self.running == 2:
                    self.two_running.set()
                try:
                    await self.release.wait()
                except asyncio.CancelledError:
                    self.cancelled.set()
                    raise
                finally:
                    self.running -= 1
                return Envelope(summary="released")
        raise ToolFailure(f"cannot show {parameters.what}")


def _no_writer(_: Any) -> str:
    raise RuntimeError("internal detail")


SHOW = ReadTool(
    name="show",
    title="Show something",
    description="Show something.",
    parameters=ShowParameters,
    run=lambda parameters, tools: tools.show(parameters),
)


class Running:
    """The server, and ways to call it."""

    def __init__(self, app: Any, tools: Tools, backend: FakeBackend) -> None:
        self.app = app
        self.tools = tools
        self.backend = backend

    def http(self, *, token: str | None = TOKEN, peer: tuple[str, int] | None = LOOPBACK) -> httpx2.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        transport = httpx2.ASGITransport(self.app, client=peer or ("", 0))
        return httpx2.AsyncClient(transport=transport, base_url="http://localhost:8080", headers=headers)

    @asynccontextmanager
    async def client(self, mode: str = "2026-07-28") -> AsyncIterator[Client]:
        async with (
            self.http() as http,
            Client(streamable_http_client("http://localhost:8080/mcp", http_client=http), mode=mode) as client,
        ):
            yield client

    async def call(self, what: str, *, meta: dict[str, Any] | None = None, **arguments: Any) -> Any:
        async with self.client() as client:
            return await client.call_tool("show", {"what": what, **arguments}, meta=meta)

    async def metric(self, sample: str) -> float:
        async with self.http() as http:
            for line in (await http.get("/metrics")).text.splitlines():
                if line.startswith(sample + " "):
                    return float(line.rpartition(" ")[2])
        return 0.0


@asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[Running]:
    tools, backend = Tools(), FakeBackend()
    configuration = ServerSettings(**{"mcp_auth_token": TOKEN, **settings})
    service = Service(
        name="fake",
        version="1.2.3",
        instructions="A server for tests.",
        settings=configuration,
        tools=[SHOW.bind(tools)],
        backend=backend,
    )
    app = application(service)
    async with app.router.lifespan_context(app):
        yield Running(app, tools, backend)
