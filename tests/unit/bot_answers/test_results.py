from __future__ import annotations

import base64
from typing import Any

from mcp_types import (
    BlobResourceContents,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)

from ritsuko_bot.answers.answer import Answer, CodeBlock, File, Image, Table
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.answers.results import tool_result


def answer(*content: Any, structured: dict[str, Any] | None = None, failed: bool = False) -> Answer:
    result = CallToolResult(content=list(content), structured_content=structured, is_error=failed)
    return tool_result(result, server="kubernetes", tool="get")


def test_the_envelope_is_a_sentence_a_table_and_what_to_do_next() -> None:
    found = answer(
        TextContent(text="the same as text"),
        structured={
            "summary": "2 of 5 pods in default.",
            "data": [{"name": "web", "restarts": 0}, {"name": "db", "restarts": 12}],
            "truncated": True,
            "total": 5,
            "returned": 2,
            "next_cursor": "abc",
            "warnings": ["One node did not answer."],
            "hints": ["mcp kubernetes describe pod web"],
            "links": [{"title": "Dashboard", "url": "https://grafana.example/d/1"}],
            "source": "cluster demo",
            "time_range": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T01:00:00Z"},
            "untrusted": True,
        },
    )
    assert render(found).text == (
        "2 of 5 pods in default.\n\n"
        "```text\nname  restarts\nweb          0\ndb          12\n```\n\n"
        "Shown: 2 of 5. To continue, add `cursor=abc`.\n\n"
        "**Note:** One node did not answer.\n\n"
        "mcp kubernetes describe pod web\n\n"
        "Source: cluster demo · 2026-01-01T00:00:00Z to 2026-01-01T01:00:00Z · [Dashboard](https://grafana.example/d/1)"
    )


def test_a_picture_beside_the_envelope_is_shown_below_its_sentence() -> None:
    picture = ImageContent(data=base64.b64encode(b"bytes").decode(), mime_type="image/png")
    told = {"summary": "load over 1h.", "data": [{"colour": "blue", "last": 3}]}
    found = answer(TextContent(text="load over 1h."), picture, structured=told)
    assert found.blocks[1] == Image("kubernetes-get.png", "image/png", b"bytes")
    assert isinstance(found.blocks[2], Table)


def test_the_envelope_with_a_record_and_with_text() -> None:
    assert Table(
        ("field", "value"), (("name", "web"), ("ips", "10.0.0.1, 10.0.0.2")), name="kubernetes-get", complete=True
    ) in (answer(structured={"summary": "One.", "data": {"name": "web", "ips": ["10.0.0.1", "10.0.0.2"]}}).blocks)
    assert (
        CodeBlock("kind: Pod\n", name="kubernetes-get")
        in answer(structured={"summary": "One.", "data": "kind: Pod\n"}).blocks
    )


def test_a_failure_in_the_envelope_names_cause_and_remedy() -> None:
    found = answer(structured={"summary": "There is no pod webb.", "hints": ["Did you mean web?"]}, failed=True)
    assert found.failed
    assert render(found).text == "**There is no pod webb.**\n\nDid you mean web?"


def test_structured_content_of_others_is_shown_once() -> None:
    assert answer(TextContent(text='{"total": 3}'), structured={"total": 3}).blocks == (
        Table(("field", "value"), (("total", "3"),), name="kubernetes-get", complete=True),
    )
    assert answer(TextContent(text="hi"), structured={"result": "hi"}).blocks == (
        CodeBlock("hi", name="kubernetes-get"),
    )
    [table] = answer(structured={"result": [{"a": 1}, {"b": None}]}).blocks
    assert table == Table(("a", "b"), (("1", ""), ("", "")), frozenset({0, 1}), "kubernetes-get", complete=True)


def test_json_in_text_is_read() -> None:
    [table] = answer(TextContent(text='[{"a": "x"}]')).blocks
    assert isinstance(table, Table)
    [block] = answer(TextContent(text='{"a": {"b": [1]}}')).blocks
    assert isinstance(block, CodeBlock)
    assert block.language == "json"


def test_an_error_of_the_sdk_is_shown_without_its_preamble() -> None:
    found = answer(TextContent(text="Error executing tool get: no such kind"), failed=True)
    assert found.failed
    assert render(found).text == "`kubernetes get` **failed.**\n\n```text\nno such kind\n```"


def test_pictures_files_and_links() -> None:
    data = base64.b64encode(b"bytes").decode()
    report = BlobResourceContents(uri="file:///a/report.pdf", blob=data, mime_type="application/pdf")
    found = answer(
        ImageContent(data=data, mime_type="image/png"),
        ImageContent(data=data, mime_type="image/svg+xml"),
        EmbeddedResource(resource=report),
        EmbeddedResource(resource=TextResourceContents(uri="note://1", text="a note")),
        ResourceLink(name="guide", uri="https://evil.example/x"),
        ImageContent(data="not base64!", mime_type="image/png"),
    )  # fmt: skip
    assert Image("kubernetes-get.png", "image/png", b"bytes") in found.blocks
    # SVG can carry scripts: it is a file, never shown.
    assert File("kubernetes-get-2.svg", "image/svg+xml", b"bytes") in found.blocks
    assert File("report.pdf", "application/pdf", b"bytes") in found.blocks
    text = render(found).text
    assert "`note://1`\n\n```text\na note\n```" in text
    assert "guide: `https://evil.example/x`" in text
    assert "could not be decoded" in text


def test_an_empty_result_says_so() -> None:
    assert render(answer()).text == "`kubernetes get` succeeded and returned nothing."
