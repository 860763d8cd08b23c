"""A server's list of tools, fetched page by page and compared by what its users see."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from mcp.client.client import Client
from mcp_types import Tool as WireTool
from pydantic import JsonValue

_MAX_TOOLS = 5000


class ListingEndless(Exception):
    """The server's list of tools does not end."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as its server declares it. Hints that are absent mean the cautious choice."""

    name: str
    description: str
    input_schema: Mapping[str, JsonValue]
    read_only: bool = False
    idempotent: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether calling it twice has the same effect as calling it once."""
        return self.read_only or self.idempotent


async def list_tools(client: Client) -> dict[str, Tool]:
    """All tools, in the server's order. Raises MCPError, and `ListingEndless` for a pagination without an end."""
    tools: dict[str, Tool] = {}
    seen: set[str] = set()
    cursor: str | None = None
    while True:
        page = await client.list_tools(cursor=cursor)
        for tool in page.tools:
            tools.setdefault(tool.name, _from_wire(tool))
        cursor = page.next_cursor
        if not cursor:
            return tools
        if cursor in seen or len(tools) > _MAX_TOOLS:
            raise ListingEndless(f"the list of tools is endless (stopped after {len(tools)})")
        seen.add(cursor)


def tools_hash(tools: Mapping[str, Tool]) -> str:
    """A short hash that changes when a name, description, schema or hint does, and not with the order of tools."""
    digest = hashlib.sha256()
    for name in sorted(tools):
        tool = tools[name]
        digest.update(
            json.dumps(
                [name, tool.description, tool.input_schema, tool.read_only, tool.idempotent], sort_keys=True
            ).encode()
        )
    return digest.hexdigest()[:12]


def _from_wire(tool: WireTool) -> Tool:
    hints = tool.annotations
    read_only = hints is not None and hints.read_only_hint is True
    return Tool(
        name=tool.name,
        description=tool.description or (hints.title if hints and hints.title else "") or tool.title or "",
        input_schema=tool.input_schema,
        read_only=read_only,
        idempotent=hints is not None and hints.idempotent_hint is True,
    )
