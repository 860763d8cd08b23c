"""A server for the tests with all that is not a plain call: pages, resources, prompts, questions, and a door.

Run as a process: `python library.py --port 9000 --mode stateless|legacy|sse|stdio --key-file key`. With a key file it
lets in only requests whose header `x-key` is what the file says now. `GET /forget` makes it forget all sessions.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Annotated

import uvicorn
from mcp.server.mcpserver import AcceptedElicitation, Elicit, ElicitationResult, MCPServer, Resolve
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from pydantic import BaseModel
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

READS = ToolAnnotations(read_only_hint=True)


class Page(BaseModel):
    summary: str
    data: list[dict[str, int]]
    truncated: bool
    next_cursor: str | None


class Order(BaseModel):
    title: str
    copies: int = 1


async def ask(title: str) -> Elicit[Order]:
    return Elicit(f"How many copies of {title}?", Order)


def build() -> MCPServer:
    server = MCPServer("library", version="1")
    asked = {"count": 0}

    @server.tool(annotations=READS)
    async def count() -> int:
        """How often it was asked."""
        asked["count"] += 1
        return asked["count"]

    @server.tool()
    async def add(by: int) -> int:
        """Adds to the count."""
        asked["count"] += by
        return asked["count"]

    @server.tool(annotations=READS)
    async def shelf(row: str, cursor: str = "") -> Page:
        """Lists books, two at a time."""
        start = int(cursor or 0)
        more = start < 4
        return Page(
            summary=f"Books of row {row} from {start}.",
            data=[{"book": start}, {"book": start + 1}],
            truncated=more,
            next_cursor=str(start + 2) if more else None,
        )

    @server.resource("book://{title}")
    async def book(title: str) -> str:
        """A book."""
        return f"Once upon a time there was {title}."

    @server.resource("guide://opening", description="When it is open.")
    async def opening() -> str:
        return "Always."

    @server.prompt()
    async def review(title: str, tone: str = "kind") -> str:
        """Asks for a review."""
        return f"Write a {tone} review of {title}."

    @server.tool(annotations=READS)
    async def order(title: str, wish: Annotated[ElicitationResult[Order], Resolve(ask)]) -> str:
        """Orders a book, after a question."""
        if isinstance(wish, AcceptedElicitation):
            return f"ordered {wish.data.copies} of {wish.data.title}"
        return f"no order: {wish.action}"

    return server


class Door:
    """Lets in who has the key, and can be made to forget everybody."""

    def __init__(self, app: ASGIApp, options: argparse.Namespace) -> None:
        self._app = app
        self._key = Path(options.key_file) if options.key_file else None
        self._legacy = options.mode != "stateless"
        self._known: set[bytes] = set()
        self._forgotten: set[bytes] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        session = headers.get(b"mcp-session-id", b"")
        refusal = 0
        if scope["path"] == "/forget":
            self._forgotten |= self._known
            refusal = 200
        elif self._key is not None and headers.get(b"x-key", b"").decode() != self._key.read_text():
            refusal = 401
        elif self._legacy and headers.get(b"mcp-method") == b"server/discover":
            refusal = 400
        elif session in self._forgotten:
            refusal = 404
        if refusal:
            await JSONResponse({"message": "no"}, status_code=refusal)(scope, receive, send)
            return
        self._known |= {session} if session else set()
        await self._app(scope, receive, send)


async def serve(options: argparse.Namespace) -> None:
    server = build()
    if options.mode == "stdio":
        await server.run_stdio_async()
        return
    security = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    if options.mode == "sse":
        app: ASGIApp = server.sse_app(transport_security=security)
    else:
        app = server.streamable_http_app(stateless_http=options.mode == "stateless", transport_security=security)
    config = uvicorn.Config(
        Door(app, options), host="127.0.0.1", port=options.port, log_level="warning", timeout_graceful_shutdown=1
    )
    await uvicorn.Server(config).serve()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mode", choices=["stateless", "legacy", "sse", "stdio"], default="stateless")
    parser.add_argument("--key-file", default="")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
