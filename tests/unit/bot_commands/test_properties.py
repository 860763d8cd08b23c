"""Whatever is typed, the answer is an answer, and stays in its place."""

from __future__ import annotations

import json
import os
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp_types import CallToolResult, TextContent

from ritsuko_bot.answers.answer import Answer, Code, CodeBlock, Spoiler, Strong, Table, say
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.answers.results import tool_result
from ritsuko_bot.answers.terminal import render as render_terminal
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.calls.calls import Calls
from ritsuko_bot.commands.arguments import BadArguments, bind
from ritsuko_bot.commands.coerce import Mismatch, from_text
from ritsuko_bot.commands.interpreter import Interpreter
from ritsuko_bot.commands.schema import alternatives
from ritsuko_bot.commands.tokens import NotClosed, tokenize
from ritsuko_bot.commands.usage import example
from ritsuko_bot.metrics import Metrics
from tests.unit.bot_answers.zulip_markdown import effects
from tests.unit.bot_commands.schemas import GET, MIXED, QUERY
from tests.unit.bot_commands.test_interpreter import ADA
from tests.unit.bot_mcp.prepared import demo

PIECES = [
    "mcp", "help", "list", "status", "kubernetes", "prometheus", "get", "query", "pods", "limit=5", "--limit", "-n",
    "--no-all-namespaces", "--", "—", "kind=", "where={", '{"zone": "a"}', "[1, 2", "]", '"', "'", "“", "”", "`",
    "```", "```json\n", "~~~", "\\", "\n", "\t", " ", "@**all**", "@_**Ada|7**", "[a](https://evil.example)",
    "#**ops**",
    "https://evil.example", "evil.example", "$$", "/poll", ">", "<", "!avatar(x)", "\x00", "\x1b[31m", "\u202e", "日本",
    "é", "👩‍👩‍👧", "1e999", "-5", "null", "true", "NaN", "9" * 400, "[" * 60,
]  # fmt: skip

anything = st.text(max_size=60) | st.sampled_from(PIECES)
lines = st.lists(anything | st.just(" "), max_size=14).map("".join)
commands = st.tuples(
    st.sampled_from(
        [
            "mcp ",
            "MCP\n",
            "mcp kubernetes get ",
            "mcp prometheus query ",
            "mcp help ",
            "mcp kubernetes ",
            "next",
            "mcp kubernetes delete ",
            "mcp kubernetes resources ",
            "mcp kubernetes prompts ",
            "mcp list ",
        ]
    ),
    lines,
).map("".join)
schemas = st.sampled_from([GET, QUERY, MIXED])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | anything,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(anything, inner, max_size=4),
    max_leaves=12,
)

settings.register_profile("bot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bot")


@given(lines, schemas)
def test_any_line_binds_or_is_refused_politely(line: str, schema: dict[str, object]) -> None:
    try:
        outcome: object = bind(line, tokenize(line), schema)  # type: ignore[arg-type]
    except (NotClosed, BadArguments) as error:
        outcome = str(error)
    assert json.dumps(outcome, allow_nan=False) != '""'


@given(lines)
def test_tokens_cover_the_line_in_order(line: str) -> None:
    try:
        tokens = tokenize(line)
    except NotClosed:
        return
    end = 0
    for token in tokens:
        assert line[end : token.start].strip() == ""
        assert line[token.start : token.end] == token.raw
        end = token.end
    assert line[end:].strip() == ""


@given(st.text(st.characters(exclude_characters='"\\“”„‟«»', exclude_categories=["Cs"]), max_size=40))
def test_a_quoted_text_arrives_unchanged(text: str) -> None:
    line = f'"{text}" limit=3'
    assert bind(line, tokenize(line), QUERY) == {"query": text, "limit": 3}


@given(json_values)
def test_a_json_value_arrives_unchanged(value: object) -> None:
    line = json.dumps({"anything": value})
    assert bind(line, tokenize(line), MIXED) == {"anything": value}


@given(anything, json_values)
def test_any_schema_is_survived(text: str, schema: object) -> None:
    root = {"properties": {"x": schema}, "$defs": {"a": schema}}
    options = alternatives(schema if isinstance(schema, dict) else {}, root)  # type: ignore[arg-type]
    try:
        outcome: object = from_text(text, options, root)  # type: ignore[arg-type]
    except Mismatch as error:
        outcome = [error.expected]
    assert outcome != [""]


names = st.sampled_from(["kind", "name", "größe", "dry-run", "labelSelector", "query", "名前", "all_namespaces", "n2"])
bounds = st.integers(-50, 50)


@st.composite
def described(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    """The schema of a value, of the sorts that servers write."""
    kinds = ["integer", "number", "boolean", "string", "choice", "optional", *(["array", "object"] if depth else [])]
    match draw(st.sampled_from(kinds)):
        case "integer" | "number" as kind:
            limits = {"minimum": draw(bounds), "exclusiveMinimum": draw(bounds), "maximum": draw(bounds)}
            return {"type": kind, **dict([draw(st.sampled_from([*limits.items(), ("title", "n")]))])}
        case "boolean":
            return {"type": "boolean"}
        case "string":
            return {"type": "string", "minLength": (least := draw(st.integers(0, 12))), "maxLength": least + 4}
        case "choice":
            return {"enum": draw(st.lists(st.text(min_size=1, max_size=8) | st.integers(), min_size=1, max_size=3))}
        case "optional":
            return {"anyOf": [{"type": "null"}, draw(described(depth=depth))]}
        case "array":
            return {"type": "array", "items": draw(described(depth=depth - 1)), "minItems": draw(st.integers(0, 3))}
        case _:
            return draw(objects(depth=depth - 1))


@st.composite
def objects(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    properties = draw(st.dictionaries(names, described(depth=depth), max_size=4))
    required = [name for name in properties if draw(st.booleans())]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


@given(objects())
def test_every_example_in_the_help_is_a_command_that_the_schema_takes(schema: dict[str, Any]) -> None:
    line = example("server", "tool", schema)
    arguments = bind(line, tokenize(line)[3:], schema)
    jsonschema.Draft202012Validator(schema).validate(arguments)
    assert set(schema["required"]) <= set(arguments)


@given(st.dictionaries(names, st.dictionaries(names, st.integers(), min_size=1, max_size=3), max_size=3))
def test_dotted_names_reach_into_objects(wanted: dict[str, dict[str, int]]) -> None:
    schema = {"type": "object", "properties": {name: {"type": "object"} for name in wanted}}
    line = " ".join(f"{outer}.{inner}={value}" for outer, members in wanted.items() for inner, value in members.items())
    assert bind(line, tokenize(line), schema) == wanted  # type: ignore[arg-type]


@given(lines | commands)
@settings(max_examples=int(os.environ.get("RITSUKO_RANDOM_LINES", "2000")))
async def test_any_message_gets_an_answer_without_side_effects(line: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ritsuko_bot.mcp.server._RECOVERY_WAIT", 0)
        servers = demo()
        answer = await Interpreter(servers, Calls(servers, Metrics())).answer(line, Caller(ADA))
    if answer is not None:
        rendered = render(answer)
        assert rendered.text
        assert len(rendered.text) + 200 * len(rendered.attachments) <= 10_000
        assert effects(rendered.text) == []
        assert not set(render_terminal(answer, colour=False, width=80)) & set("\x00\x1b\u202e")


@given(st.lists(lines, min_size=1, max_size=4), st.integers(1, 400), st.sampled_from([800, 10_000]))
def test_no_block_lets_anything_out(texts: list[str], repeat: int, limit: int) -> None:
    body = "\n".join(texts) * repeat
    blocks = (
        say(texts[0], Code(texts[-1]), Strong(texts[0]), texts[-1], Code(texts[0])),
        CodeBlock(body, language=texts[0]),
        Table(tuple(texts), (tuple(texts),) * repeat, complete=repeat % 2 == 0),
        Spoiler(texts[-1], (CodeBlock(texts[0]), say(*texts))),
    )
    rendered = render(Answer(blocks), limit)
    assert effects(rendered.text) == []
    assert len(rendered.text) + 200 * len(rendered.attachments) <= limit


@given(json_values, lines, st.booleans())
def test_any_result_can_be_shown(structured: object, text: str, failed: bool) -> None:
    result = CallToolResult(
        content=[TextContent(text=text)],
        structured_content=structured if isinstance(structured, dict) else {"result": structured},
        is_error=failed,
    )
    rendered = render(tool_result(result, server="s", tool="t"))
    assert rendered.text
    assert effects(rendered.text) == []
