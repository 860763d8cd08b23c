"""Pages of a result: the offset, and the evaluation time, which is the same for all pages."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel, Field, JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import cursor as cursors
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_prometheus.errors import BadRequest

T = TypeVar("T")


class PageStart(BaseModel):
    """The page after `offset` rows of a result that was evaluated at `now` (Unix seconds)."""

    now: float = Field(allow_inf_nan=False)
    offset: int = Field(ge=0)


def page_start(cursor: str, question: JsonValue, now: float) -> PageStart:
    """The start that the cursor names, or the first page. Raises ToolFailure for a cursor of another question."""
    return cursors.decode(cursor, PageStart, question) if cursor else PageStart(now=now, offset=0)


def page(
    envelope: Envelope,
    items: Sequence[T],
    rows: Callable[[Sequence[T]], list[Row]],
    *,
    at: PageStart,
    limit: int,
    question: JsonValue,
) -> Envelope:
    """The envelope with the rows of `limit` items from that start, and a cursor if more follow."""

    def after(count: int) -> str | None:
        done = at.offset + count
        return cursors.encode(at.model_copy(update={"offset": done}), question) if done < len(items) else None

    if at.offset and at.offset >= len(items):
        raise BadRequest(
            f"the cursor starts after row {at.offset:,}, but there are only {len(items):,} rows",
            "Omit cursor to start from the first row.",
        )
    shown = items[at.offset : at.offset + limit]
    envelope.data = list(rows(shown))
    envelope.total = len(items)
    envelope.returned = len(shown)
    envelope.next_cursor = after(len(shown))
    envelope.truncated = envelope.next_cursor is not None
    return envelope.resumable(after)
