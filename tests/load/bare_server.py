"""The least that an MCP server takes: one tool by the SDK alone, under the same uvicorn. A floor for ours.

`python -m tests.load.bare_server PORT`
"""

from __future__ import annotations

import sys

import uvicorn
from mcp.server.mcpserver import MCPServer
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

server = MCPServer("bare")


@server.tool()
def echo(text: str) -> str:
    """Return the text."""
    return text


@server.custom_route("/health", methods=["GET"])
async def health(_: Request) -> Response:
    return PlainTextResponse("ok")


if __name__ == "__main__":
    app = server.streamable_http_app(stateless_http=True)
    port = int(sys.argv[1])
    uvicorn.run(app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", ws="none", log_level="warning")
