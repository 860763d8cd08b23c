"""A small MCP server for the tests: whatever a server may do right or wrong, on demand.

Run as a process: `python toolbox.py --port 9000 --mode stateless|session|legacy|stdio --version 1 ...`.
`legacy` speaks only the protocol with sessions, as servers written before 2026 do.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from pathlib import Path
from typing import Annotated, Any, Literal

import uvicorn
from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ListToolsResult, PaginatedRequestParams, Tool, ToolAnnotations
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

READS = ToolAnnotations(read_only_hint=True)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
    "0500017a5eab3f0000000049454e44ae426082"
)


class Numbers(BaseModel):
    total: int
    count: int


def build(options: argparse.Namespace) -> MCPServer:
    server = MCPServer("toolbox", version=options.version)

    @server.tool(annotations=READS)
    async def echo(text: str, times: int = 1) -> str:
        """Says the text again."""
        return " ".join([text] * times)

    @server.tool(annotations=READS)
    async def add(numbers: list[int]) -> Numbers:
        """Adds numbers."""
        return Numbers(total=sum(numbers), count=len(numbers))

    @server.tool(annotations=READS)
    async def sleep(seconds: float, ctx: Context) -> str:
        """Takes its time, and reports on it."""
        try:
            for step in range(10):
                await ctx.report_progress(step, 10, "sleeping")
                await asyncio.sleep(seconds / 10)
        except asyncio.CancelledError:
            note(options, "cancelled")
            raise
        return f"slept {seconds:g} s"

    @server.tool(annotations=READS)
    async def hold(ctx: Context) -> str:
        """Takes as long as it takes until somebody writes `release` into the notes."""
        note(options, "holding")
        await ctx.report_progress(0, 1, "holding")
        while True:
            if "release" in notes(options):
                return "released"
            await asyncio.sleep(0.02)

    @server.tool(annotations=READS, structured_output=False)
    async def big(megabytes: float) -> str:
        """Returns a lot."""
        line = "0123456789" * 9 + "abcdefghi\n"
        return line * int(megabytes * 1024 * 1024 / len(line))

    @server.tool(annotations=READS)
    async def fail(reason: str) -> str:
        """Fails on purpose."""
        raise ToolError(reason)

    @server.tool(annotations=READS)
    async def picture() -> Image:
        """Returns one pixel."""
        return Image(data=PIXEL, format="png")

    @server.tool()
    async def write(text: str) -> str:
        """Changes something."""
        note(options, f"write {text}")
        return "written"

    @server.tool(annotations=READS)
    async def die(how: Literal["now", "once"] = "now") -> str:
        """Ends the process in the middle of the call; `once`: only the first time that it is asked."""
        if how == "once" and "died" in notes(options):
            return "still here"
        note(options, "died")
        os._exit(1)

    @server.tool()
    async def smash() -> str:
        """Changes something and ends the process before it can say so."""
        note(options, "smash")
        os._exit(1)

    @server.tool(annotations=READS)
    async def whoami(ctx: Context) -> str:
        """Shows the metadata that came with the call, in hex: the bot redacts an assertion that it can read."""
        meta: Any = ctx.request_context.meta
        return json.dumps(dict(meta)).encode().hex() if meta else "nobody"

    if options.extra:
        for name in options.extra.split(","):
            server.add_tool(_named(name), name=name, annotations=READS)

    @server.tool(annotations=READS)
    async def grow(name: Annotated[str, Field(description="the new tool's name")], ctx: Context) -> str:
        """Adds a tool and says that the list has changed."""
        server.add_tool(_named(name), name=name, annotations=READS)
        await ctx.session.send_tool_list_changed()
        await ctx.notify_tools_changed()
        return f"there is {name} now"

    if options.tools or options.slow_list:
        _replace_listing(server, options)

    @server.custom_route("/calls", methods=["GET"])
    async def calls(_: Request) -> Response:
        return JSONResponse(notes(options))

    return server


def note(options: argparse.Namespace, text: str) -> None:
    with Path(options.notes).open("a", encoding="utf-8") as file:
        file.write(text + "\n")


def notes(options: argparse.Namespace) -> list[str]:
    path = Path(options.notes)
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _named(name: str) -> Any:
    async def tool() -> str:
        return f"this is {name}"

    tool.__doc__ = f"The tool {name}."
    return tool


def _replace_listing(server: MCPServer, options: argparse.Namespace) -> None:
    """Pages through `--tools` tools, `--page` at a time, `--slow-list` seconds for each page."""
    tools = [
        Tool(name=f"tool_{n}", description=f"Number {n}.", input_schema={"type": "object"}, annotations=READS)
        for n in range(options.tools)
    ]

    async def listing(_: Any, params: PaginatedRequestParams | None) -> ListToolsResult:
        await asyncio.sleep(options.slow_list)
        start = int(params.cursor) if params and params.cursor else 0
        end = start + options.page
        return ListToolsResult(tools=tools[start:end], next_cursor=str(end) if end < len(tools) else None)

    server._lowlevel_server.add_request_handler("tools/list", PaginatedRequestParams, listing)  # type: ignore


def _without_discovery(app: ASGIApp) -> ASGIApp:
    """Refuses what only the newer protocol knows, as an older server would."""

    async def older(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (b"mcp-method", b"server/discover") in scope["headers"]:
            await JSONResponse({"error": "bad request"}, status_code=400)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return older


async def serve(server: MCPServer, options: argparse.Namespace) -> None:
    if options.mode == "stdio":
        await server.run_stdio_async()
        return
    app: ASGIApp = server.streamable_http_app(
        stateless_http=options.mode == "stateless",
        json_response=options.json,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    if options.mode == "legacy":
        app = _without_discovery(app)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=options.port, log_level="warning", timeout_graceful_shutdown=1, lifespan="on"
    )
    await uvicorn.Server(config).serve()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mode", choices=["stateless", "session", "legacy", "stdio"], default="stateless")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--version", default="1.0.0")
    parser.add_argument("--extra", default="")
    parser.add_argument("--tools", type=int, default=0)
    parser.add_argument("--page", type=int, default=50)
    parser.add_argument("--slow-list", type=float, default=0)
    parser.add_argument("--notes", default=os.devnull)
    options = parser.parse_args()
    asyncio.run(serve(build(options), options))


if __name__ == "__main__":
    main()
