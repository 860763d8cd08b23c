"""How a tool is called, generated from its schema: a usage line, a table of arguments, an example that works."""

from __future__ import annotations

import json

from pydantic import JsonValue

from ritsuko_bot.commands.answer import Block, Code, CodeBlock, Table, say
from ritsuko_bot.commands.coerce import describe
from ritsuko_bot.commands.schema import Parameter, Schema, as_object, parameters
from ritsuko_bot.mcp.tools import Tool

_OPTIONAL_BY_POSITION = 2


def usage_line(server: str, tool: str, schema: Schema) -> str:
    """`mcp kubernetes get <kind> [name] [namespace=…]`: required ones first as typed, the rest by name."""
    return " ".join(["mcp", server, tool, *argument_words(schema)])


def argument_words(schema: Schema) -> list[str]:
    """The part of a usage line that stands for the arguments."""
    words: list[str] = []
    by_position = True
    optional = 0
    for parameter in parameters(schema):
        optional += not parameter.required
        rest = parameter.takes_text or parameter.is_list
        shown = parameter.name + ("…" if rest else "")
        if not by_position or optional > _OPTIONAL_BY_POSITION or parameter.is_flag:
            by_position = False
            words.append(f"{parameter.name}=…" if parameter.required else f"[{parameter.name}=…]")
        else:
            words.append(f"<{shown}>" if parameter.required else f"[{shown}]")
            by_position = not rest
    return words


def tool_help(server: str, tool: Tool) -> list[Block]:
    """All there is to know about calling one tool."""
    schema = tool.input_schema
    found = parameters(schema)
    blocks: list[Block] = [CodeBlock(usage_line(server, tool.name, schema))]
    if tool.description:
        blocks.append(say(" ".join(tool.description.split())))
    if found:
        rows = tuple((p.name, _kind(p, schema), _need(p), p.description) for p in found)
        blocks.append(Table(("argument", "value", "default", "meaning"), rows, name=f"{tool.name}-arguments"))
    else:
        blocks.append(say("It takes no arguments."))
    blocks.append(say("Example: ", Code(example(server, tool.name, schema))))
    if any(p.takes_text for p in found):
        text = next(p.name for p in found if p.takes_text)
        blocks.append(say(Code(text), " takes all the words that you type, no quotes needed."))
    return blocks


def example(server: str, tool: str, schema: Schema) -> str:
    """A command that the tool accepts: the arguments it needs, or its first one."""
    found = parameters(schema)
    needed = [p for p in found if p.required] or found[:1]
    words = ["mcp", server, tool]
    by_position = True
    for parameter in needed:
        text = _typed(_sample(parameter))
        by_position = by_position and found.index(parameter) == len(words) - 3
        words.append(text if by_position else f"{parameter.name}={text}")
        by_position = by_position and not (parameter.is_list or parameter.takes_text)
    return " ".join(words)


def _kind(parameter: Parameter, schema: Schema) -> str:
    return describe(parameter.alternatives, schema)


def _need(parameter: Parameter) -> str:
    if parameter.required:
        return "(required)"
    return "" if parameter.default in (None, "", [], {}) else json.dumps(parameter.default, ensure_ascii=False)


def _sample(parameter: Parameter) -> JsonValue:
    if parameter.example is not None:
        return parameter.example
    if parameter.default not in (None, "", [], {}):
        return parameter.default
    return _sample_of(parameter.alternatives[0], parameter.name)


def _sample_of(option: Schema, name: str) -> JsonValue:
    choices = option.get("enum")
    if isinstance(choices, list) and choices:
        return choices[0]
    if "const" in option:
        return option["const"]
    least = option.get("minimum")
    match option.get("type"):
        case "integer" | "number":
            return least if isinstance(least, int | float) else 1
        case "boolean":
            return True
        case "array":
            return [_sample_of(as_object(option.get("items")), name)]
        case "object":
            properties = as_object(option.get("properties"))
            required = option.get("required")
            names = [n for n in required if isinstance(n, str)] if isinstance(required, list) else []
            return {n: _sample_of(as_object(properties.get(n)), n) for n in names}
        case _:
            return f"<{name}>"


def _typed(value: JsonValue) -> str:
    """The value as somebody would type it."""
    if isinstance(value, str):
        return value if value and not any(c.isspace() or c in "\"'`{[" for c in value) else json.dumps(value)
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return ",".join(str(item) for item in value)
    return json.dumps(value, ensure_ascii=False)
