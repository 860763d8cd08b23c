"""The contract that every MCP server of ours keeps.

A server's package has its tools (async functions that return an `Envelope`), a backend, settings, and:

    def build(settings: MySettings) -> Service:
        backend = MyBackend(settings)
        tools = MyTools(backend)
        return Service(name="my", version=__version__, instructions="...", settings=settings,
                       tools=[read_tool(tools.search, title="Search")], backend=backend)

    def main() -> None:
        run(build, MySettings, program="ritsuko-mcp-my", description="MCP server: ...")
"""

from ritsuko_mcp_common.envelope import Envelope, Link, Row, TimeRange
from ritsuko_mcp_common.errors import BackendUnreachable, ConfigurationError, ToolFailure
from ritsuko_mcp_common.health import Backend
from ritsuko_mcp_common.nearest import nearest, suggestion
from ritsuko_mcp_common.server import Service, application, run
from ritsuko_mcp_common.settings import ServerSettings
from ritsuko_mcp_common.tool import read_tool

__all__ = [
    "Backend",
    "BackendUnreachable",
    "ConfigurationError",
    "Envelope",
    "Link",
    "Row",
    "ServerSettings",
    "Service",
    "TimeRange",
    "ToolFailure",
    "application",
    "nearest",
    "read_tool",
    "run",
    "suggestion",
]
