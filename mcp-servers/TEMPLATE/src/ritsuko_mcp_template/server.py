"""The server put together."""

from __future__ import annotations

from importlib.metadata import version

from ritsuko_mcp_common import Service, bind_all
from ritsuko_mcp_template.client import Client
from ritsuko_mcp_template.settings import TemplateSettings
from ritsuko_mcp_template.tools import search

TOOLS = (search.TOOL,)


def build(settings: TemplateSettings) -> Service:
    """The service for these settings."""
    client = Client(settings)
    return Service(
        name="template",
        version=version("ritsuko-mcp-template"),
        instructions="Reads from template: search finds things by words.",
        settings=settings,
        tools=bind_all(TOOLS, client),
        backend=client,
    )
