"""A result without the secrets in it: what any server returns is redacted before it is shown or uploaded."""

from __future__ import annotations

import base64
import binascii
from typing import cast

from mcp_types import (
    BlobResourceContents,
    CallToolResult,
    ContentBlock,
    EmbeddedResource,
    ResourceLink,
    TextContent,
    TextResourceContents,
)
from pydantic import JsonValue

from ritsuko_common.redaction.redactor import Redaction, redacted


def redacted_result(result: CallToolResult) -> CallToolResult:
    """The result with a mark for every secret in its texts, its structure and its files of text."""
    structured = cast("JsonValue", result.structured_content)
    return result.model_copy(
        update={
            "structured_content": Redaction().value(structured),
            "content": [_content(content) for content in result.content],
        }
    )


def _content(content: ContentBlock) -> ContentBlock:
    match content:
        case TextContent():
            return content.model_copy(update={"text": redacted(content.text)})
        case EmbeddedResource(resource=TextResourceContents() as resource):
            shown = resource.model_copy(update={"text": redacted(resource.text), "uri": redacted(resource.uri)})
            return content.model_copy(update={"resource": shown})
        case EmbeddedResource(resource=BlobResourceContents() as resource):
            return content.model_copy(update={"resource": resource.model_copy(update={"blob": _file(resource.blob)})})
        case ResourceLink():
            texts = {
                "title": content.title and redacted(content.title),
                "uri": redacted(content.uri),
                "description": content.description and redacted(content.description),
            }
            return content.model_copy(update=texts)
        case _:
            return content


def _file(data: str) -> str:
    """A file in base64; one that is not text, such as a picture, stays as it is."""
    try:
        text = base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        return data
    cleaned = redacted(text)
    return data if cleaned == text else base64.b64encode(cleaned.encode()).decode()
