"""The output budget: an answer is cut to fit, and says so. Nothing is cut silently."""

from __future__ import annotations

import json
from collections.abc import Callable

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import text
from ritsuko_mcp_common.envelope import Envelope

_LONGEST_CELL = 2_000
_CUT_MARK = "… [{} more characters cut]"


def fit(envelope: Envelope, limit: int) -> Envelope:
    """`envelope` made to fit `limit` bytes (UTF-8), measured on its text and on its JSON, whichever is larger.

    Tables lose rows from the end, text loses lines from the end, records have their longest values shortened.
    What was cut is reported in `truncated`, `total`, `returned`, `next_cursor` and `hints`.
    """
    if isinstance(envelope.data, list):
        count = len(envelope.data)
        following = envelope.next_cursor or envelope.cursor_after(count)
        envelope = envelope.model_copy(update={"returned": count, "next_cursor": following})
    if size(envelope) <= limit:
        return envelope
    envelope = _shorten_prose(envelope, limit // 4)
    match envelope.data:
        case list() as rows:
            return _fit_rows(envelope, rows, limit)
        case str() as body:
            return _fit_text(envelope, body, limit)
        case dict() as record:
            return _fit_record(envelope, record, limit)
        case None:
            return envelope


def size(envelope: Envelope) -> int:
    """Bytes of the larger of the two forms in which the answer goes out."""
    structured = json.dumps(envelope.model_dump(mode="json", exclude_none=True), ensure_ascii=False)
    return max(len(structured.encode()), len(text.render(envelope).encode()))


def _fit_rows(envelope: Envelope, rows: list[Row], limit: int) -> Envelope:
    longest_cell = min(_LONGEST_CELL, limit // 8)
    shortened = [{key: _shorten(value, longest_cell) for key, value in row.items()} for row in rows]
    if shortened != rows:
        envelope = _warn(envelope, "some long values were shortened; get that one object to see them whole")
    total = envelope.total if envelope.total is not None else len(rows)

    def with_rows(count: int) -> Envelope:
        if count == len(shortened):
            return envelope.model_copy(update={"data": shortened})
        cursor = envelope.cursor_after(count)
        how = "narrow the request, or continue with the cursor" if cursor else "narrow the request"
        hint = f"Cut to {count} of {len(rows)} rows to fit the output budget: {how}."
        return envelope.model_copy(
            update={
                "data": shortened[:count],
                "truncated": True,
                "total": total,
                "returned": count,
                "next_cursor": cursor,
                "hints": [*envelope.hints, hint],
            }
        )

    whole = with_rows(len(shortened))
    if size(whole) <= limit:
        return whole
    return with_rows(_most(_rows_within(shortened, limit), lambda count: size(with_rows(count)) <= limit))


def _rows_within(rows: list[Row], limit: int) -> int:
    """How many rows fit by their JSON alone: an upper bound that spares rendering thousands to find out."""
    used = 0
    for count, row in enumerate(rows):
        used += len(json.dumps(row, ensure_ascii=False).encode())
        if used > limit:
            return count
    return len(rows) - 1


def _fit_text(envelope: Envelope, body: str, limit: int) -> Envelope:
    lines = body.split("\n")

    def with_text(kept: str, returned: int) -> Envelope:
        hint = f"Cut to {returned} of {len(lines)} lines to fit the output budget: narrow the request."
        return envelope.model_copy(
            update={
                "data": kept,
                "truncated": True,
                "total": len(lines),
                "returned": returned,
                "hints": [*envelope.hints, hint],
            }
        )

    count = _most(len(lines), lambda n: size(with_text("\n".join(lines[:n]), n)) <= limit)
    if count:
        return with_text("\n".join(lines[:count]), count)
    length = _most(len(lines[0]), lambda n: size(with_text(_shorten_text(lines[0], n), 1)) <= limit)
    return with_text(_shorten_text(lines[0], length), 1)


def _fit_record(envelope: Envelope, record: Row, limit: int) -> Envelope:
    def with_cells(longest: int) -> Envelope:
        kept: Row = {key: _shorten(value, longest) for key, value in record.items()}
        hint = "Long values were shortened to fit the output budget: request only the part you need."
        return envelope.model_copy(update={"data": kept, "truncated": True, "hints": [*envelope.hints, hint]})

    longest = _most(limit, lambda length: size(with_cells(length)) <= limit)
    fitted = with_cells(longest)
    return fitted if size(fitted) <= limit else _fit_text(envelope, text.table([record]), limit)


def _shorten_prose(envelope: Envelope, limit: int) -> Envelope:
    """Bound everything but `data`, so that there is room for some of it."""
    update: dict[str, object] = {"summary": _shorten_text(envelope.summary, limit // 4)}
    for name in ("warnings", "hints"):
        lines: list[str] = getattr(envelope, name)
        kept = [_shorten_text(line, limit // 8) for line in lines[:4]]
        update[name] = (
            kept if len(lines) <= 4 else [*kept, f"{len(lines) - 4} more {name} cut to fit the output budget"]
        )
    return envelope.model_copy(update=update)


def _shorten(value: JsonValue, longest: int) -> JsonValue:
    if isinstance(value, str):
        return _shorten_text(value, longest)
    if isinstance(value, list | dict):
        written = json.dumps(value, ensure_ascii=False)
        return value if len(written) <= longest else _shorten_text(written, longest)
    return value


def _shorten_text(value: str, longest: int) -> str:
    return value if len(value) <= longest else value[:longest] + _CUT_MARK.format(len(value) - longest)


def _warn(envelope: Envelope, warning: str) -> Envelope:
    return envelope.model_copy(update={"warnings": [*envelope.warnings, warning]})


def _most(upper: int, fits: Callable[[int], bool]) -> int:
    """The largest n in 0..upper that fits, where fitting n means fitting every smaller n too."""
    low, high = 0, upper
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
