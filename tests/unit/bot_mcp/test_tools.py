from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from mcp.client.client import Client
from mcp_types import ListToolsResult, ToolAnnotations
from mcp_types import Tool as WireTool

from ritsuko_bot.mcp.tools import ListingEndless, Tool, list_tools, tools_hash


def wire(name: str, **annotations: Any) -> WireTool:
    hints = ToolAnnotations(**annotations) if annotations else None
    return WireTool(name=name, input_schema={"type": "object"}, annotations=hints)


def client(*pages: ListToolsResult) -> Client:
    """A client whose server hands out these pages, the last one for ever."""
    remaining = list(pages)

    async def listing(cursor: str | None = None) -> ListToolsResult:
        return remaining.pop(0) if len(remaining) > 1 else remaining[0]

    return cast("Client", SimpleNamespace(list_tools=listing))


async def test_all_pages_are_read_in_order() -> None:
    pages = (ListToolsResult(tools=[wire("b")], next_cursor="1"), ListToolsResult(tools=[wire("a")]))
    assert list(await list_tools(client(*pages))) == ["b", "a"]


async def test_a_listing_without_end_is_given_up() -> None:
    with pytest.raises(ListingEndless):
        await list_tools(client(ListToolsResult(tools=[wire("a")], next_cursor="again")))


async def test_only_a_plain_yes_counts_as_a_hint() -> None:
    page = ListToolsResult(
        tools=[wire("reads", read_only_hint=True), wire("silent"), wire("same", idempotent_hint=True)]
    )
    tools = await list_tools(client(page))
    assert [(t.read_only, t.repeatable) for t in tools.values()] == [(True, True), (False, False), (False, True)]


def test_the_hash_follows_what_matters() -> None:
    one = Tool("get", "Gets.", {"type": "object"}, read_only=True)
    other = Tool("list", "Lists.", {"type": "object"})
    assert tools_hash({"get": one, "list": other}) == tools_hash({"list": other, "get": one})
    changed = Tool("get", "Gets.", {"type": "object"}, read_only=False)
    assert tools_hash({"get": one}) != tools_hash({"get": changed})
