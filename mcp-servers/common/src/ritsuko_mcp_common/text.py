"""An envelope as text: what a person reads in chat and a model reads as the tool's answer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_common.envelope import Envelope

_BACKTICKS = re.compile(r"`{3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def render(envelope: Envelope) -> str:
    """Markdown: summary, data in a code block, then what was left out, warnings, hints and links."""
    parts = [envelope.summary]
    if (block := _block(envelope)) is not None:
        parts.append(block)
    notes: list[str] = []
    if envelope.truncated and envelope.returned is not None:
        of = f" of {envelope.total}" if envelope.total is not None else ""
        notes.append(f"Shown: {envelope.returned}{of}.")
    if envelope.next_cursor:
        notes.append(f"Next: cursor={envelope.next_cursor}")
    notes += [f"Warning: {warning}" for warning in envelope.warnings]
    notes += envelope.hints
    notes += [f"[{link.title}]({link.url})" for link in envelope.links]
    if notes:
        parts.append("\n".join(notes))
    return _CONTROL.sub("�", "\n\n".join(parts))


def table(rows: Sequence[Row]) -> str:
    """Rows as columns, aligned as kubectl does it. The columns are the keys, in order of first appearance."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    lines = [columns, *([cell(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    return "\n".join(
        "   ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def cell(value: JsonValue) -> str:
    """One value on one line."""
    if value is None:
        return ""
    if isinstance(value, str):
        return _CONTROL.sub("�", value.replace("\r", "").replace("\n", "⏎"))
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def fenced(body: str) -> str:
    """`body` in a code block that nothing inside it can close."""
    longest = max((len(run) for run in _BACKTICKS.findall(body)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}\n{_CONTROL.sub('�', body)}\n{fence}"


def _block(envelope: Envelope) -> str | None:
    match envelope.data:
        case None | "" | []:
            return None
        case str() as body:
            return fenced(body)
        case list() as rows:
            return fenced(table(rows))
        case record:
            width = max((len(key) for key in record), default=0)
            return fenced("\n".join(f"{key + ':':{width + 1}} {cell(value)}" for key, value in record.items()))
