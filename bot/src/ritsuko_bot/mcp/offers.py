"""What a server offers besides tools: resources and prompts. Both are returned in the form of a tool's result."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, TypeVar

from mcp import MCPError
from mcp.client.client import Client
from mcp_types import METHOD_NOT_FOUND, CallToolResult, EmbeddedResource, PaginatedResult, TextContent
from pydantic import JsonValue

from ritsuko_bot.mcp.call import take_one
from ritsuko_bot.mcp.errors import ServerRefused
from ritsuko_bot.mcp.questions import Asking
from ritsuko_bot.mcp.request import request
from ritsuko_bot.mcp.server import Server

_MOST_PAGES = 100

P = TypeVar("P", bound=PaginatedResult)


async def resources(server: Server) -> CallToolResult:
    """The resources and the templates of resources, as rows. Raises `CallFailed`."""

    async def send(client: Client) -> CallToolResult:
        if client.server_capabilities.resources is None:
            raise ServerRefused(f"{server.name} has no resources")
        rows: list[dict[str, JsonValue]] = []
        async for page in _pages(client.list_resources):
            rows += [_row(r.uri, r.title or r.name, r.mime_type, r.description) for r in page.resources]
        try:
            async for page in _pages(client.list_resource_templates):
                for t in page.resource_templates:
                    rows.append(_row(t.uri_template, t.title or t.name, t.mime_type, t.description))
        except MCPError as error:
            if error.code != METHOD_NOT_FOUND:
                raise
        return CallToolResult(content=[], structured_content={"result": rows})

    take_one(server)
    return await request(server, send, repeatable=True)


async def resource(server: Server, uri: str, *, asking: Asking | None) -> CallToolResult:
    """The content of a resource. Raises `CallFailed`."""

    async def send(client: Client) -> CallToolResult:
        found = await client.read_resource(uri)
        return CallToolResult(content=[EmbeddedResource(resource=part) for part in found.contents])

    take_one(server)
    return await request(server, send, repeatable=True, asking=asking)


async def prompts(server: Server) -> dict[str, dict[str, Any]]:
    """The prompts by name, each as the schema of its arguments. Raises `CallFailed`."""

    async def send(client: Client) -> dict[str, dict[str, Any]]:
        if client.server_capabilities.prompts is None:
            raise ServerRefused(f"{server.name} has no prompts")
        found: dict[str, dict[str, Any]] = {}
        async for page in _pages(client.list_prompts):
            for prompt in page.prompts:
                given = prompt.arguments or []
                found[prompt.name] = {
                    "description": prompt.description or prompt.title or "",
                    "type": "object",
                    "properties": {a.name: {"type": "string", "description": a.description or ""} for a in given},
                    "required": [a.name for a in given if a.required],
                }
        return found

    take_one(server)
    return await request(server, send, repeatable=True)


async def prompt(server: Server, name: str, arguments: Mapping[str, str], *, asking: Asking | None) -> CallToolResult:
    """The messages of a prompt. Raises `CallFailed`."""

    async def send(client: Client) -> CallToolResult:
        found = await client.get_prompt(name, dict(arguments))
        content: list[Any] = []
        for message in found.messages:
            content += [TextContent(text=f"{message.role}:"), message.content]
        return CallToolResult(content=content)

    take_one(server)
    return await request(server, send, repeatable=True, asking=asking)


def _row(uri: str, name: str, media_type: str | None, description: str | None) -> dict[str, JsonValue]:
    return {"uri": uri, "name": name, "type": media_type, "description": description}


async def _pages(fetch: Callable[..., Awaitable[P]]) -> AsyncIterator[P]:
    cursor: str | None = None
    for _ in range(_MOST_PAGES):
        page = await fetch(cursor=cursor)
        yield page
        cursor = page.next_cursor
        if not cursor:
            return
    raise ServerRefused(f"the list is endless (stopped after {_MOST_PAGES} pages)")
