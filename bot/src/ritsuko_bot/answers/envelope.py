"""The shape of every answer of our own servers (`mcp-servers/common`), as the bot reads it.

A third party's structured content that happens to have the same shape is shown the same way.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from ritsuko_bot.answers.answer import Block, Code, CodeBlock, Inline, Link, Strong, say
from ritsuko_bot.answers.tables import record, table_of


class _Link(BaseModel):
    title: str
    url: str


class _TimeRange(BaseModel):
    start: str
    end: str


class Envelope(BaseModel):
    """What a server found out: a sentence, the data, and what there is to say about both."""

    model_config = ConfigDict(extra="ignore", strict=True)

    summary: str
    data: list[dict[str, JsonValue]] | dict[str, JsonValue] | str | None = None
    truncated: bool = False
    total: int | None = None
    returned: int | None = None
    next_cursor: str | None = None
    warnings: list[str] = []
    hints: list[str] = []
    links: list[_Link] = []
    source: str | None = None
    time_range: _TimeRange | None = None


def read(structured: Mapping[str, JsonValue] | None) -> Envelope | None:
    """The envelope in a result's structured content; None if it is of another shape."""
    if structured is None or "summary" not in structured or not set(structured) <= _FIELDS:
        return None
    try:
        return Envelope.model_validate(structured)
    except ValidationError:
        return None


# `untrusted` tells models not to take the data for instructions; people see data in a block of its own anyway.
_FIELDS = {*Envelope.model_fields, "untrusted"}


def blocks(envelope: Envelope, *, name: str, failed: bool, continues: bool) -> list[Block]:
    """The envelope as an answer; `name` is what a file made of it would be called, `continues`: `next` shows more."""
    shown: list[Block] = [say(Strong(envelope.summary) if failed else envelope.summary)]
    match envelope.data:
        case str() as text if text.strip():
            shown.append(CodeBlock(text, name=name))
        case list() as rows if rows:
            shown.append(table_of(rows, name=name))
        case dict() as one if one:
            shown.append(record(one, name=name))
        case _:
            pass
    if note := _truncation(envelope, continues=continues):
        shown.append(say(*note))
    shown += [say(Strong("Note:"), " ", warning) for warning in envelope.warnings]
    shown += [say(hint) for hint in envelope.hints]
    about = _about(envelope)
    if about:
        shown.append(say(*about))
    return shown


def _truncation(envelope: Envelope, *, continues: bool) -> list[Inline]:
    if not envelope.truncated and not envelope.next_cursor:
        return []
    if envelope.returned is not None and envelope.total is not None:
        note: list[Inline] = [f"Shown: {envelope.returned} of {envelope.total}."]
    elif envelope.returned is not None:
        note = [f"Shown: {envelope.returned}; there is more."]
    else:
        note = ["There is more than this."]
    if continues:
        note += [" ", Code("next"), " shows what follows."]
    elif envelope.next_cursor:
        note += [" Go on with ", Code(f"cursor={envelope.next_cursor}"), "."]
    return note


def _about(envelope: Envelope) -> list[Inline]:
    """Where it comes from, for which time, and where to look further: one line."""
    parts: list[Inline] = []
    if envelope.source:
        parts += ["Source: ", envelope.source]
    if envelope.time_range:
        parts += [" · " if parts else "", f"{envelope.time_range.start} to {envelope.time_range.end}"]
    for link in envelope.links:
        parts += [" · " if parts else "", Link(link.title, link.url)]
    return parts
