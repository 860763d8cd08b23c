"""Rows in the order of a column, or of a field of the objects behind them.

An order tells what it was made from: what redaction hides counts as no value, and what has none comes last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_common.redaction.redactor import Redaction
from ritsuko_mcp_common import ToolFailure, suggestion
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.api.table import Line

_DURATION = re.compile(r"(\d+)([smhdy])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "y": 31_536_000}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_CREATED = ("metadata", "creationTimestamp")
_IDENTIFYING = ("kind", "name", "key")  # redaction goes by these fields of an object, too


@dataclass(frozen=True, slots=True)
class Order:
    """By a column (`restarts`) or a field (`.status.startTime`); descending with a leading `-`."""

    key: str
    descending: bool

    @staticmethod
    def of(sort: str) -> Order:
        return Order(sort.lstrip("-").strip("{}"), sort.startswith("-"))

    @property
    def path(self) -> tuple[str, ...]:
        """Of the field; empty for a column."""
        return tuple(self.key.strip(".").split(".")) if self.key.startswith(".") else ()

    @property
    def needs_object(self) -> bool:
        """Whether whole objects are needed: for a field outside of the metadata, which rows always come with."""
        return bool(self.path) and self.path[0] != "metadata"

    def value(self, line: Line, kind: str) -> JsonValue:
        """What the line of an object of `kind` is sorted by; None where there is nothing, or nothing to be shown.

        Raises `ToolFailure` for a column that is not there.
        """
        if self.path:
            return _shown({**line.object, "kind": kind}, self.path)
        column = _column(line.row, self.key)
        # The age as printed is rounded: what it was made from sorts better.
        return _shown(line.object, _CREATED) if column == "AGE" else _shown(line.row, (column,))

    def sorted(self, valued: Sequence[tuple[JsonValue, Row]]) -> list[Row]:
        """The rows in order, each given with its value. Raises `ToolFailure` if there is nothing to sort them by."""
        present = [(_sortable(value), row) for value, row in valued if value not in (None, "")]
        if valued and not present and self.path:
            raise ToolFailure(
                f"no object has a value to sort by in {self.key[:100]!r}",
                "It must be a single value, not a list or an object, and not hidden like a Secret's.",
            )
        youngest_first = self.key.lower() == "age"
        present.sort(key=lambda pair: pair[0], reverse=self.descending is not youngest_first)
        return [*(row for _, row in present), *(row for value, row in valued if value in (None, ""))]


def _column(row: Row, key: str) -> str:
    wanted = key.upper().replace("_", " ")
    for column in row:
        if column in (wanted, wanted.replace(" ", "-")):
            return column
    known = [column.lower() for column in row]
    raise ToolFailure(
        f"there is no column {key[:60]!r} to sort by",
        suggestion(key, known) or f"Columns: {', '.join(known)}; or a field, like .metadata.creationTimestamp.",
    )


def _shown(item: Json, path: Sequence[str]) -> JsonValue:
    """The single value at `path` if nobody hides it."""
    kept: Json = {}
    node, place = item, kept
    for part in path[:-1]:
        place |= _identifying_fields(node)
        if not isinstance(inner := node.get(part), dict):
            return None
        node, place[part] = cast(Json, inner), {}
        place = place[part]
    value = node.get(path[-1])
    if not isinstance(value, str | int | float):
        return None
    place |= {**_identifying_fields(node), path[-1]: value}
    return value if Redaction().value(kept) == kept else None


def _identifying_fields(node: Json) -> Json:
    return {field: node[field] for field in _IDENTIFYING if isinstance(node.get(field), str)}


def _sortable(value: JsonValue) -> tuple[int, float, str]:
    """Numbers by value, `3 (5m ago)` by the number, `5d3h` by its length, the rest by its letters."""
    if isinstance(value, int | float):
        return (0, float(value), "")
    text = str(value)
    parts = _DURATION.findall(text)
    if parts and "".join(number + unit for number, unit in parts) == text:
        return (0, float(sum(int(number) * _SECONDS[unit] for number, unit in parts)), "")
    if (number := _NUMBER.match(text)) and (number.end() == len(text) or text[number.end()] in " /%"):
        return (0, float(number.group()), text)
    return (1, 0.0, text)
