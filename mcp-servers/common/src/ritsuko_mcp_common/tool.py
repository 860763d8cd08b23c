"""A tool of the contract: its definition, its parameters as one model, its handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar, cast

from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase, FuncMetadata
from mcp_types import ToolAnnotations
from pydantic import ConfigDict

from ritsuko_mcp_common.envelope import Envelope


class Parameters(ArgModelBase):
    """What a tool takes, one field a parameter.

    People in chat fill them by position, so the order of the fields matters: the most used come first. Describe each
    with `Annotated[str, Field(description=...)]`, and give optional ones plain defaults (`""`, `0`) rather than None:
    the schema stays small and a value typed in chat needs no guessing.
    """

    model_config = ConfigDict(frozen=True)


ParametersT = TypeVar("ParametersT", bound=Parameters)
BackendT = TypeVar("BackendT")


@dataclass(frozen=True)
class Choice:
    """The values that one deployment offers for a parameter. With fewer than two the parameter is not offered."""

    values: Sequence[str]
    default: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReadTool(Generic[ParametersT, BackendT]):
    """A tool that only reads. `run` answers a call from the backend that the server has built."""

    name: str
    title: str
    description: str
    parameters: type[ParametersT]
    run: Callable[[ParametersT, BackendT], Awaitable[Envelope]]
    open_world: bool = True

    def bind(self, backend: BackendT, choices: Mapping[str, Choice] | None = None) -> Tool:
        """The tool as the MCP SDK serves it, over this backend and with these choices for its parameters."""

        async def call(**arguments: Any) -> Envelope:
            return await self.run(self.parameters.model_construct(**arguments), backend)

        return Tool(
            fn=call,
            name=self.name,
            title=self.title,
            description=self.description,
            parameters=_offered(_input_schema(self.parameters), choices or {}),
            fn_metadata=FuncMetadata(
                arg_model=self.parameters, output_schema=_output_schema(), output_model=Envelope, wrap_output=False
            ),
            is_async=True,
            context_kwarg=None,
            annotations=_annotations(self.title, open_world=self.open_world),
        )


def bind_all(
    tools: Sequence[ReadTool[Any, BackendT]], backend: BackendT, choices: Mapping[str, Choice] | None = None
) -> list[Tool]:
    """All tools of a server over its backend."""
    return [tool.bind(backend, choices) for tool in tools]


def _annotations(title: str, *, open_world: bool) -> ToolAnnotations:
    return ToolAnnotations(
        title=title, read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=open_world
    )


def _input_schema(parameters: type[Parameters]) -> dict[str, Any]:
    schema = _without_annotations(parameters.model_json_schema(by_alias=True), "title")
    schema.pop("description", None)  # the model's docstring is for readers of the code
    return {**schema, "properties": schema.get("properties", {}), "additionalProperties": False}


def _offered(schema: dict[str, Any], choices: Mapping[str, Choice]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name, declared in schema["properties"].items():
        choice = choices.get(name)
        if choice is None:
            properties[name] = declared
        elif len(choice.values) > 1:
            default = {} if choice.default is None else {"default": choice.default}
            properties[name] = {**declared, "enum": list(choice.values), **default}
    return {**schema, "properties": properties}


@cache
def _output_schema() -> dict[str, Any]:
    """The schema of an `Envelope` in short: a field without a value is left out of an answer, never null.

    Made once: it is the same for all tools, which share it. Nobody may change it.
    """
    schema = _without_annotations(Envelope.model_json_schema(mode="serialization"), "title", "description", "default")
    properties = cast("dict[str, dict[str, Any]]", schema["properties"])
    for name, declared in properties.items():
        given = [option for option in declared.get("anyOf", []) if option != {"type": "null"}]
        if len(given) == 1:
            properties[name] = given[0]
        elif given:
            properties[name] = {"type": [option["type"] for option in given]}
    definitions = {name: value for name, value in schema.get("$defs", {}).items() if name != "JsonValue"}
    return {**schema, "$defs": definitions}


def _without_annotations(schema: dict[str, Any], *keywords: str) -> dict[str, Any]:
    """A JSON Schema without some keywords that only describe: every listing of the tools costs its reader tokens.

    The titles that pydantic makes from names say nothing; the output, the same for all tools, explains itself.
    """
    return cast("dict[str, Any]", _without(schema, keywords, named=False))


def _without(node: Any, keywords: tuple[str, ...], *, named: bool) -> Any:
    if isinstance(node, list):
        return [_without(item, keywords, named=False) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    # Under `properties` and `$defs` the keys are names, and a property may well be called title.
    return {
        key: _without(value, keywords, named=key in ("properties", "$defs") and not named)
        for key, value in cast("dict[str, Any]", node).items()
        if named or key not in keywords
    }
