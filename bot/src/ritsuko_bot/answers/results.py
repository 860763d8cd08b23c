"""A tool's result as an answer: our envelope, or whatever a third party's server returns."""

from __future__ import annotations

import base64
import binascii
import json
import mimetypes
from collections.abc import Mapping
from typing import cast

from mcp_types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
)
from pydantic import JsonValue

from ritsuko_api.envelope import read_envelope
from ritsuko_bot.answers import envelope
from ritsuko_bot.answers.answer import Answer, Block, Code, CodeBlock, File, Image, Strong, say
from ritsuko_bot.answers.tables import is_rows, record, table_of
from ritsuko_bot.json_values import parse_json

_IMAGES = {"image/png", "image/jpeg", "image/gif", "image/webp"}


def tool_result(result: CallToolResult, *, server: str, tool: str, continues: bool = False) -> Answer:
    """The answer that shows a result. An error of the tool itself is shown as one. `continues`: `next` shows more."""
    name = f"{server}-{tool}"
    structured = cast("Mapping[str, JsonValue] | None", result.structured_content)
    if (found := read_envelope(structured, result.meta)) is not None:
        shown = envelope.blocks(found, name=name, failed=result.is_error, continues=continues)
        # The text repeats the structured content; images do not.
        pictures = [
            block
            for content in result.content
            if isinstance(content, ImageContent)
            for block in _bytes(content.data, content.mime_type, name)
        ]
        return Answer((*shown[:1], *pictures, *shown[1:]), failed=result.is_error)
    blocks: list[Block] = []
    if result.is_error:
        blocks.append(say(Code(f"{server} {tool}"), " ", Strong("failed.")))
    if structured:
        blocks += _structured(structured, name)
    for position, content in enumerate(result.content):
        # Servers repeat structured content as text, for clients that know only text.
        if not (structured and isinstance(content, TextContent)):
            blocks += _content(content, f"{name}-{position + 1}" if position else name, result.is_error, tool)
    if continues:
        blocks.append(say("There is more: ", Code("next"), " shows it."))
    if not blocks:
        blocks.append(say(Code(f"{server} {tool}"), " succeeded and returned nothing."))
    return Answer(tuple(blocks), failed=result.is_error)


def _structured(structured: Mapping[str, JsonValue], name: str) -> list[Block]:
    # A function that returns anything but an object has it wrapped in one by its SDK.
    value: JsonValue = structured["result"] if set(structured) == {"result"} else dict(structured)
    return _value(value, name)


def _value(value: JsonValue, name: str) -> list[Block]:
    if isinstance(value, str):
        return _text(value, name)
    if is_rows(value):
        return [table_of(cast("list[dict[str, JsonValue]]", value), name=name)]
    if isinstance(value, dict) and value and not any(isinstance(item, dict | list) for item in value.values()):
        return [record(value, name=name)]
    return [CodeBlock(json.dumps(value, ensure_ascii=False, indent=2), "json", name)]


def _content(content: object, name: str, failed: bool, tool: str) -> list[Block]:
    match content:
        case TextContent():
            text = content.text.removeprefix(f"Error executing tool {tool}: ") if failed else content.text
            return _text(text, name)
        case ImageContent() | AudioContent():
            return _bytes(content.data, content.mime_type, name)
        case EmbeddedResource():
            resource = content.resource
            if isinstance(resource, BlobResourceContents):
                return _bytes(resource.blob, resource.mime_type or "application/octet-stream", name, resource.uri)
            return [say(Code(resource.uri)), *_text(resource.text, name)]
        case ResourceLink():
            return [say(content.title or content.name, ": ", Code(content.uri), f" {content.description or ''}")]
        case _:
            return [say("Content of an unsupported type: ", Code(type(content).__name__), ".")]


def _text(text: str, name: str) -> list[Block]:
    if text.lstrip()[:1] in ("{", "["):
        try:
            return _value(parse_json(text), name)
        except ValueError:
            pass
    return [CodeBlock(text, name=name)] if text.strip() else [say("(empty text)")]


def _bytes(data: str, media_type: str, name: str, uri: str | None = None) -> list[Block]:
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return [say("Content of type ", Code(media_type), " could not be decoded.")]
    kind = media_type.partition(";")[0].strip().lower()
    filename = name + (mimetypes.guess_extension(kind) or ".bin")
    if uri and "." in (last := uri.rstrip("/").rpartition("/")[2]):
        filename = last
    if kind in _IMAGES:
        return [Image(filename, kind, raw)]
    return [File(filename, media_type, raw)]
