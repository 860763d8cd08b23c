"""Servers with tools, without a connection."""

from __future__ import annotations

from ritsuko_api.config import HttpServer, McpConfig, ToolsPolicy
from ritsuko_api.runtime import ServerState
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.servers import Servers
from ritsuko_bot.mcp.tools import Tool
from tests.unit.bot_commands.schemas import GET, QUERY


class Prepared(Servers):
    """Servers that are just there, without a connection."""

    def __init__(self, *servers: Server, config: McpConfig | None = None) -> None:
        super().__init__()
        self._running = {server.name: server for server in servers}
        self.config = config or McpConfig(revision="abc123")


def prepared(name: str, *tools: Tool, policy: ToolsPolicy | None = None) -> Server:
    entry = HttpServer(url="http://localhost:1/mcp", tools=policy or ToolsPolicy())
    server = Server(name, entry, changed=lambda: None)
    server.listing.tools = {tool.name: tool for tool in tools}
    server.state = ServerState.READY
    return server


def demo() -> Prepared:
    return Prepared(
        prepared(
            "kubernetes",
            Tool("get", "Lists objects.", GET, read_only=True),
            Tool("describe", "Tells all about one object.", GET, read_only=True),
            Tool("delete", "Deletes an object.", GET),
        ),
        prepared("prometheus", Tool("query", "Asks Prometheus.", QUERY, read_only=True)),
    )
