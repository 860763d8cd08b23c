"""Where an answer goes on: how far it got, and the moment it was evaluated at, the same for all its pages."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pydantic import BaseModel, Field, JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import cursor as cursors
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_prometheus.errors import BadRequest

T = TypeVar("T")


class PageStart(BaseModel):
    """In an answer evaluated as if it were `now` (Unix seconds), after `offset` rows."""

    now: float = Field(allow_inf_nan=False)
    offset: int = Field(ge=0)


def page_start(cursor: str, question: JsonValue, now: float) -> PageStart:
    """Where to go on by the cursor, or the beginning. Raises ToolFailure for a cursor from elsewhere."""
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
    """The envelope with the rows of `limit` items from the position on, and how to go on behind them."""

    def after(count: int) -> str | None:
        done = at.offset + count
        return cursors.encode(at.model_copy(update={"offset": done}), question) if done < len(items) else None

    if at.offset and at.offset >= len(items):
        raise BadRequest(
            f"the cursor goes on after row {at.offset:,}, and there are {len(items):,}",
            "Leave cursor out to start anew.",
        )
    shown = items[at.offset : at.offset + limit]
    envelope.data = list(rows(shown))
    envelope.total = len(items)
    envelope.returned = len(shown)
    envelope.next_cursor = after(len(shown))
    envelope.truncated = envelope.next_cursor is not None
    return envelope.resumable(after)
