"""How the envelope of our own servers is shown."""

from __future__ import annotations

from ritsuko_api.envelope import Envelope
from ritsuko_bot.answers.answer import Block, Code, CodeBlock, Inline, Strong, WebLink, say
from ritsuko_bot.answers.tables import record, table_of


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
        note = [f"Shown: {envelope.returned}; there are more."]
    else:
        note = ["There are more results."]
    if continues:
        note += [" ", Code("next"), " shows the next page."]
    elif envelope.next_cursor:
        note += [" To continue, add ", Code(f"cursor={envelope.next_cursor}"), "."]
    return note


def _about(envelope: Envelope) -> list[Inline]:
    """Where it comes from, for which time, and where to look further: one line."""
    parts: list[Inline] = []
    if envelope.source:
        parts += ["Source: ", envelope.source]
    if envelope.time_range:
        parts += [" · " if parts else "", f"{envelope.time_range.start} to {envelope.time_range.end}"]
    for link in envelope.links:
        parts += [" · " if parts else "", WebLink(link.title, link.url)]
    return parts
