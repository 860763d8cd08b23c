"""A tool's input schema, read for people: its parameters in order, and what values each takes.

Schemas come from servers that we don't know. A keyword that is missing or malformed means "anything"; the server has
the last word on every argument anyway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from ritsuko_common.nearest import find

Schema = Mapping[str, JsonValue]

# Parameters of these names take words, not a word: see `Parameter.takes_text`.
TEXT_NAMES = frozenset(
    {"body", "comment", "content", "contains", "expr", "expression", "filter", "input", "logql", "message", "msg"}
    | {"pattern", "phrase", "prompt", "promql", "q", "query", "question", "regex", "search", "sentence", "sql"}
    | {"statement", "term", "terms", "text"}
)

_DEPTH = 12
_MAX_ALTERNATIVES = 64


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a tool. `alternatives`: the simple schemas any of which its value may match."""

    name: str
    alternatives: tuple[Schema, ...]
    required: bool
    description: str = ""
    default: JsonValue = None
    example: JsonValue = None
    takes_text: bool = False

    @property
    def types(self) -> set[str]:
        """The JSON types that it takes; empty when it takes anything."""
        named = [alternative.get("type") for alternative in self.alternatives]
        return {t for t in named if isinstance(t, str)} if all(isinstance(t, str) for t in named) else set()

    @property
    def is_flag(self) -> bool:
        return self.types - {"null"} == {"boolean"}

    @property
    def is_list(self) -> bool:
        return self.types - {"null"} == {"array"}


def parameters(schema: Schema) -> list[Parameter]:
    """The parameters of a tool in the order in which words fill them: those it needs, then the others, as listed.

    Many servers list their properties by the alphabet, where what a tool needs can stand behind what it does not.
    A parameter *takes text*, all the words that follow, if it is a plain string and is called like one of `TEXT_NAMES`
    (`query`, `text`, ...), or is a string and the tool's only parameter.
    """
    required = {name for name in as_list(schema.get("required")) if isinstance(name, str)}
    properties = as_object(schema.get("properties"))
    found: list[Parameter] = []
    for name, node in properties.items():
        property_schema = as_object(node)
        options = tuple(alternatives(property_schema, schema))
        examples = as_list(property_schema.get("examples"))
        plain = all(option.get("type") in ("string", "null") for option in options) and not any(
            option.get("enum") or "const" in option or option.get("format") for option in options
        )
        description = property_schema.get("description")
        found.append(
            Parameter(
                name=name,
                alternatives=options,
                required=name in required,
                description=" ".join(description.split()) if isinstance(description, str) else "",
                default=property_schema.get("default"),
                example=examples[0] if examples else None,
                takes_text=plain and (name.casefold() in TEXT_NAMES or len(properties) == 1),
            )
        )
    return sorted(found, key=lambda parameter: not parameter.required)


def member(options: Sequence[Schema], name: str, root: Schema) -> tuple[str, list[Schema]] | None:
    """A member of an object that one of `options` describes: its exact name, and the simple schemas of its value.

    None where no option is an object that may have such a member.
    """
    for option in options:
        if option.get("type", "object") != "object":
            continue
        properties = as_object(option.get("properties"))
        exact = find(name, properties)
        if exact is not None:
            return exact, alternatives(as_object(properties[exact]), root)
        rest = option.get("additionalProperties", True)
        if rest is not False:
            return name, alternatives(as_object(rest), root)
    return None


def alternatives(schema: Schema, root: Schema) -> list[Schema]:
    """The simple schemas (one type each, or none) that a schema is made of: `$ref`, `anyOf`, `oneOf`, type lists."""
    found: list[Schema] = []
    _flatten(schema, root, found, _DEPTH)
    return found or [{}]


def _flatten(schema: Schema, root: Schema, found: list[Schema], depth: int) -> None:
    if depth == 0 or len(found) >= _MAX_ALTERNATIVES:
        return
    reference = schema.get("$ref")
    if isinstance(reference, str):
        _flatten(_resolve(reference, root), root, found, depth - 1)
        return
    for keyword in ("anyOf", "oneOf"):
        if options := as_list(schema.get(keyword)):
            for option in options:
                _flatten(as_object(option), root, found, depth - 1)
            return
    if parts := as_list(schema.get("allOf")):
        merged: dict[str, JsonValue] = {key: value for key, value in schema.items() if key != "allOf"}
        for part in parts:
            part_schema = as_object(part)
            target = part_schema.get("$ref")
            merged |= _resolve(target, root) if isinstance(target, str) else part_schema
        _flatten(merged, root, found, depth - 1)
        return
    types = schema.get("type")
    if isinstance(types, list):
        found.extend({**schema, "type": one} for one in types)
    else:
        found.append(schema)


def _resolve(reference: str, root: Schema) -> Schema:
    """What a reference within the schema document names; anything, if that is not there."""
    node: JsonValue = dict(root)
    if not reference.startswith("#"):
        return {}
    for part in reference.removeprefix("#").strip("/").split("/"):
        if part:
            node = as_object(node).get(part.replace("~1", "/").replace("~0", "~"))
    return as_object(node)


def as_object(value: object) -> dict[str, JsonValue]:
    """The value if it is a JSON object, else an empty one."""
    return cast("dict[str, JsonValue]", value) if isinstance(value, dict) else {}


def as_list(value: object) -> Sequence[JsonValue]:
    """The value if it is a JSON array, else an empty one."""
    return cast("list[JsonValue]", value) if isinstance(value, list) else []
