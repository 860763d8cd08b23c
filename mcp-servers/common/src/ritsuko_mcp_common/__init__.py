"""The contract that every MCP server of ours keeps.

A server's package has its tools (a module each, which defines a `ReadTool`), a backend, settings, and:

    TOOLS = (search.TOOL,)

    def build(settings: MySettings) -> Service:
        backend = MyBackend(settings)
        return Service(name="my", version=__version__, instructions="...", settings=settings,
                       tools=bind_all(TOOLS, backend), backend=backend)

    def main() -> None:
        run(build, MySettings, program="ritsuko-mcp-my", description="MCP server: ...")
"""

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import BackendUnreachable, ConfigurationError, ToolFailure
from ritsuko_mcp_common.health import Backend
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_common.server import Service, application, run
from ritsuko_mcp_common.settings import ServerSettings
from ritsuko_mcp_common.tool import Choice, Parameters, ReadTool, bind_all

__all__ = [
    "Backend",
    "BackendUnreachable",
    "Choice",
    "ConfigurationError",
    "Envelope",
    "Parameters",
    "ReadTool",
    "ServerSettings",
    "Service",
    "ToolFailure",
    "application",
    "bind_all",
    "run",
    "suggestion",
]
