"""From an async function to a tool of the contract."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from mcp.server.mcpserver.tools import Tool
from mcp_types import ToolAnnotations

from ritsuko_mcp_common.envelope import Envelope


def read_tool(function: Callable[..., Awaitable[Envelope]], *, title: str, open_world: bool = True) -> Tool:
    """A tool that only reads, named after `function`, described by its docstring, which returns an `Envelope`.

    Its parameters are the tool's, in that order: people in chat fill them by position, so the most used come first.
    Describe each with `Annotated[str, Field(description=...)]`, and give optional ones plain defaults (`""`, `0`)
    rather than None: the schema stays small and a value typed in chat needs no guessing.
    """
    tool = Tool.from_function(
        function,
        title=title,
        description=" ".join((function.__doc__ or "").split()),
        annotations=ToolAnnotations(
            title=title, read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=open_world
        ),
        structured_output=True,
    )
    tool.parameters = {**_lean(tool.parameters), "additionalProperties": False}
    output = _lean(tool.fn_metadata.output_schema or {}, "title", "description", "default")
    tool.fn_metadata.output_schema = _presence(output)
    return tool


def _lean(schema: dict[str, Any], *dropped: str) -> dict[str, Any]:
    """A JSON schema without some annotations: every listing of the tools costs its reader tokens.

    The titles that pydantic makes from names say nothing; the output, the same for all tools, explains itself.
    """
    return cast("dict[str, Any]", _without(schema, dropped or ("title",), named=False))


def _presence(schema: dict[str, Any]) -> dict[str, Any]:
    """The output schema of an `Envelope` in short: a field without a value is left out of an answer, never null."""
    properties = cast("dict[str, dict[str, Any]]", schema["properties"])
    for name, field in properties.items():
        given = [option for option in field.get("anyOf", []) if option != {"type": "null"}]
        if len(given) == 1:
            properties[name] = given[0]
        elif given:
            properties[name] = {"type": [option["type"] for option in given]}
    definitions = {name: value for name, value in schema.get("$defs", {}).items() if name != "JsonValue"}
    return {**schema, "$defs": definitions}


def _without(node: Any, dropped: tuple[str, ...], *, named: bool) -> Any:
    if isinstance(node, list):
        return [_without(item, dropped, named=False) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    # Under `properties` and `$defs` the keys are names, and a property may well be called title.
    return {
        key: _without(value, dropped, named=key in ("properties", "$defs") and not named)
        for key, value in cast("dict[str, Any]", node).items()
        if named or key not in dropped
    }
