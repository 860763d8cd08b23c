"""The next page of long results, by person and place."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from mcp_types import CallToolResult
from pydantic import JsonValue

from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.mcp.tools import Tool

CURSOR = "cursor"
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """A call that would show what follows."""

    server: str
    tool: str
    arguments: Mapping[str, JsonValue]


class Pages:
    """The page that comes next for each person and place: of the latest thousand of them."""

    def __init__(self) -> None:
        self._next: OrderedDict[tuple[str, str], Page] = OrderedDict()

    def get(self, asker: Asker) -> Page | None:
        return self._next.get(_key(asker))

    def keep(self, asker: Asker, page: Page | None) -> None:
        """Remembers what follows the result that the asker sees now; None: nothing does."""
        self._next.pop(_key(asker), None)
        if page is not None:
            self._next[_key(asker)] = page
            if len(self._next) > _MOST:
                self._next.popitem(last=False)


def following(page: Page, tool: Tool, result: CallToolResult) -> Page | None:
    """The page after `page`, of which `result` came; None if it is the last one, or the tool takes no cursor."""
    properties = tool.input_schema.get("properties")
    if not isinstance(properties, dict) or CURSOR not in properties or result.is_error:
        return None
    found: Mapping[str, JsonValue] = result.structured_content or {}
    cursor = found.get("next_cursor") or found.get("nextCursor")
    if not isinstance(cursor, str) or cursor == page.arguments.get(CURSOR):
        return None
    return dataclasses.replace(page, arguments={**page.arguments, CURSOR: cursor})


def _key(asker: Asker) -> tuple[str, str]:
    return asker.user.id, asker.where
