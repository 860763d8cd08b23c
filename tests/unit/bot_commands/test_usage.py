from __future__ import annotations

from pydantic import JsonValue

from ritsuko_bot.answers.answer import Answer, CodeBlock, Table
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.commands.arguments import bind
from ritsuko_bot.commands.tokens import tokenize
from ritsuko_bot.commands.usage import example, tool_help, usage, usage_line
from ritsuko_bot.mcp.tools import Tool
from tests.unit.bot_commands.schemas import GET, MIXED, QUERY


def test_the_usage_line_shows_what_is_needed_and_what_takes_the_rest() -> None:
    assert usage_line("prometheus", "query", QUERY) == "mcp prometheus query <query…> [time=…] [limit=…]"
    assert usage_line("kubernetes", "get", GET) == (
        "mcp kubernetes get <kind> [name] [namespace] [labelSelector=…] [all_namespaces=…] [fields=…]"
    )


def test_the_help_lists_every_argument_with_its_values_and_default() -> None:
    blocks = tool_help("prometheus", Tool("query", "Asks Prometheus.", QUERY))
    assert isinstance(blocks[0], CodeBlock)
    [table] = [block for block in blocks if isinstance(block, Table)]
    assert table.rows == (
        ("query", "text", "(required)", "A PromQL expression."),
        ("time", "text", "", ""),
        ("limit", "a whole number from 1 to 100", "10", ""),
    )


def test_a_meaning_that_is_long_stands_whole_below_the_table() -> None:
    meaning = "What it is for, " * 10 + "and that is all."
    schema: dict[str, JsonValue] = {"properties": {"what": {"type": "string", "description": meaning}}}
    answer = Answer(tuple(tool_help("s", Tool("t", "", schema))))
    assert f"`what`: {meaning}" in render(answer).text
    assert "too long" not in render(answer).text


def test_a_long_usage_line_is_wrapped_between_its_words() -> None:
    schema: dict[str, JsonValue] = {"properties": {f"argument_{n}": {"type": "integer"} for n in range(12)}}
    lines = usage("server", "tool", schema).text.split("\n")
    assert len(lines) > 1
    assert max(map(len, lines)) <= 110
    assert " ".join(line.strip() for line in lines) == usage_line("server", "tool", schema)


def test_the_example_is_a_command_that_the_tool_accepts() -> None:
    needs_all = {**MIXED, "required": list(MIXED["properties"])}
    for schema in (QUERY, GET, MIXED, needs_all, {"type": "object"}):
        line = example("s", "t", schema).removeprefix("mcp s t").strip()
        arguments = bind(line, tokenize(line), schema)
        assert set(schema.get("required", [])) <= set(arguments)


def test_what_a_tool_needs_comes_first_however_its_server_lists_it() -> None:
    schema: dict[str, JsonValue] = {
        "properties": {"fieldSelector": {"type": "string"}, "namespace": {"type": "string"}},
        "required": ["namespace"],
    }
    assert usage_line("cluster", "pods", schema) == "mcp cluster pods <namespace> [fieldSelector]"
