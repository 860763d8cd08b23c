"""The server put together."""

from __future__ import annotations

from importlib.metadata import version

from ritsuko_mcp_common import Service, read_tool
from ritsuko_mcp_template.client import Client
from ritsuko_mcp_template.settings import TemplateSettings
from ritsuko_mcp_template.tools import TemplateTools


def build(settings: TemplateSettings) -> Service:
    client = Client(settings)
    tools = TemplateTools(client)
    return Service(
        name="template",
        version=version("ritsuko-mcp-template"),
        instructions="Reads from template: search finds things by words.",
        settings=settings,
        tools=[read_tool(tools.search, title="Find things")],
        backend=client,
    )
