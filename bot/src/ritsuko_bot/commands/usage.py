"""Usage of a tool, generated from its schema: a usage line, a table of arguments, a valid example."""

from __future__ import annotations

import json
import math
import re
import textwrap
from collections.abc import Sequence

from pydantic import JsonValue

from ritsuko_bot.answers.answer import Block, Code, CodeBlock, Table, say
from ritsuko_bot.answers.layout import clip
from ritsuko_bot.commands.coerce import describe
from ritsuko_bot.commands.schema import Parameter, Schema, alternatives, as_list, as_object, parameters
from ritsuko_bot.mcp.tools import Tool

_OPTIONAL_BY_POSITION = 2
_WIDTH = 110
_LONGEST_IN_TABLE = 60


def usage_line(server: str, tool: str, schema: Schema) -> str:
    """`mcp kubernetes get <kind> [name] [namespace=…]`: required ones first as typed, the rest by name."""
    return " ".join(["mcp", server, tool, *argument_words(schema)])


def usage(server: str, tool: str, schema: Schema) -> CodeBlock:
    """The usage line in a block, wrapped if it is long."""
    line = usage_line(server, tool, schema)
    lines = textwrap.wrap(line, _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)
    return CodeBlock("\n".join(lines))


def argument_words(schema: Schema) -> list[str]:
    """The arguments part of a usage line."""
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
    """The whole help of one tool."""
    schema = tool.input_schema
    found = parameters(schema)
    blocks: list[Block] = [usage(server, tool.name, schema)]
    if tool.description:
        blocks.append(say(" ".join(tool.description.split())))
    if found:
        meanings = {p.name: " ".join(p.description.split()) for p in found}
        rows = tuple((p.name, _kind(p, schema), _need(p), clip(meanings[p.name], _LONGEST_IN_TABLE)) for p in found)
        blocks.append(Table(("argument", "value", "default", "meaning"), rows, name=f"{tool.name}-arguments"))
        blocks += [say(Code(name), ": ", text) for name, text in meanings.items() if len(text) > _LONGEST_IN_TABLE]
    else:
        blocks.append(say("It takes no arguments."))
    blocks.append(say("Example: ", Code(example(server, tool.name, schema))))
    if any(p.takes_text for p in found):
        text = next(p.name for p in found if p.takes_text)
        blocks.append(say(Code(text), " takes all the words that you type, no quotes needed."))
    return blocks


def example(server: str, tool: str, schema: Schema) -> str:
    """A command that the tool accepts, with its required arguments, or else its first one."""
    found = parameters(schema)
    needed = [p for p in found if p.required] or found[:1]
    words = ["mcp", server, tool]
    by_position = True
    for parameter in needed:
        value = _sample(parameter, schema)
        # An object that stands alone would be read as all the arguments.
        by_position = by_position and found.index(parameter) == len(words) - 3 and not isinstance(value, dict)
        text = _typed(value)
        words.append(text if by_position else f"{parameter.name}={text}")
        by_position = by_position and not (parameter.is_list or parameter.takes_text)
    return " ".join(words)


def _kind(parameter: Parameter, schema: Schema) -> str:
    return describe(parameter.alternatives, schema)


def _need(parameter: Parameter) -> str:
    if parameter.required:
        return "(required)"
    return "" if parameter.default in (None, "", [], {}) else json.dumps(parameter.default, ensure_ascii=False)


def _sample(parameter: Parameter, root: Schema) -> JsonValue:
    if parameter.example is not None:
        return parameter.example
    if parameter.default not in (None, "", [], {}):
        return parameter.default
    return _sample_of(parameter.alternatives, parameter.name, root)


def _sample_of(options: Sequence[Schema], name: str, root: Schema, depth: int = 5) -> JsonValue:
    """A value that fits the first of the simple schemas that is more than null."""
    option = next((one for one in options if one.get("type") != "null"), {"type": "null"})
    choices = as_list(option.get("enum"))
    if "const" in option or choices:
        return choices[0] if choices else option["const"]
    match option.get("type"):
        case "integer" | "number" as kind:
            return _number(option, whole=kind == "integer")
        case "boolean":
            return True
        case "null":
            return None
        case "array" if depth:
            item = _sample_of(alternatives(as_object(option.get("items")), root), name, root, depth - 1)
            return [item] * _bound(option, "minItems", 1)
        case "object" if depth:
            properties = as_object(option.get("properties"))
            needed = [n for n in as_list(option.get("required")) if isinstance(n, str)]
            return {n: _sample_of(alternatives(as_object(properties.get(n)), root), n, root, depth - 1) for n in needed}
        case _:
            return _text(option, name)


def _number(option: Schema, *, whole: bool) -> JsonValue:
    low, above = option.get("minimum"), option.get("exclusiveMinimum")
    high, below = option.get("maximum"), option.get("exclusiveMaximum")
    step = 1 if whole else 0.5
    if isinstance(low, int | float):
        value = low
    elif isinstance(above, int | float):
        value = above + step
    elif isinstance(high, int | float):
        value = min(1, high)
    elif isinstance(below, int | float):
        value = min(1, below - step)
    else:
        value = 1
    return math.ceil(value) if whole else value


# Where a server says what a text looks like, a placeholder would be refused.
_FORMATS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "email": "ada@example.com",
    "uri": "https://example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "duration": "PT1H",
}


def _text(option: Schema, name: str) -> str:
    form = option.get("format")
    text = _FORMATS.get(form, f"<{name}>") if isinstance(form, str) else f"<{name}>"
    longest = option.get("maxLength")
    text = text.ljust(_bound(option, "minLength", 0), "x")
    return text[: int(longest)] if isinstance(longest, int | float) and longest >= 0 else text


def _bound(option: Schema, keyword: str, least: int) -> int:
    value = option.get(keyword)
    # A server may ask for more than an example should hold.
    return max(least, min(int(value), 100)) if isinstance(value, int | float) and math.isfinite(value) else least


_PLAIN = re.compile(r"[\w<>./:@%+][\w<>./:@%+-]*")


def _typed(value: JsonValue) -> str:
    """The value as somebody would type it."""
    match value:
        case str():
            return value if _PLAIN.fullmatch(value) else _quoted(value)
        case list() if value and all(isinstance(item, str) and _PLAIN.fullmatch(item) for item in value):
            return ",".join(map(str, value))
        case list() if value and all(isinstance(item, int | float) and not isinstance(item, bool) for item in value):
            return ",".join(map(str, value))
        case _:
            return json.dumps(value, ensure_ascii=False)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
