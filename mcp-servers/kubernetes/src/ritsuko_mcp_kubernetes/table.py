"""The columns that kubectl prints, as the apiserver makes them (the Table API)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from pydantic import JsonValue

from ritsuko_mcp_common import Row, ToolFailure, suggestion
from ritsuko_mcp_kubernetes.apiserver import Json

# https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
ACCEPT = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"

_DURATION = re.compile(r"(\d+)([smhdy])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "y": 31_536_000}
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Line:
    """A row and the object behind it (its metadata, or all of it, as asked for)."""

    row: Row
    object: Json


def lines(table: Json, *, wide: bool, with_namespace: bool) -> list[Line]:
    """The rows of a Table, with the columns of plain `kubectl get`, or of `-o wide`."""
    columns = [
        (index, str(column["name"]).upper())
        for index, column in enumerate(cast("list[Json]", table.get("columnDefinitions") or []))
        if wide or not column.get("priority")
    ]
    result: list[Line] = []
    for entry in cast("list[Json]", table.get("rows") or []):
        cells = cast("list[JsonValue]", entry.get("cells") or [])
        shown: Row = {name: cells[index] if index < len(cells) else None for index, name in columns}
        behind = cast(Json, entry.get("object") or {})
        if (metadata := behind.get("metadata")) is not None:
            metadata.pop("managedFields", None)  # half of the memory of a long list
        if with_namespace:
            shown = {"NAMESPACE": str(behind.get("metadata", {}).get("namespace", "")), **shown}
        result.append(Line(shown, behind))
    return result


def is_path(sort: str) -> bool:
    """Whether a sort key is a field of the object (`.status.startTime`) rather than a column (`restarts`)."""
    return sort.lstrip("-{").startswith(".")


def ordered(table_lines: Iterable[Line], sort: str) -> list[Line]:
    """The lines sorted by a column or a field, descending with a leading `-`. What has no value comes last."""
    rows = list(table_lines)
    descending = sort.startswith("-")
    key = sort.lstrip("-").strip("{}")
    if is_path(key):
        values = [_field(line.object, key) for line in rows]
    else:
        column = _column(rows, key)
        # The age as printed is rounded: what it was made from sorts better, and the other way round.
        if column == "AGE":
            values = [_field(line.object, ".metadata.creationTimestamp") for line in rows]
            descending = not descending
        else:
            values = [line.row.get(column) for line in rows]
    present = [(_sortable(value), line) for value, line in zip(values, rows, strict=True) if value not in (None, "")]
    absent = [line for value, line in zip(values, rows, strict=True) if value in (None, "")]
    present.sort(key=lambda pair: pair[0], reverse=descending)
    return [*(line for _, line in present), *absent]


def _column(rows: list[Line], key: str) -> str:
    columns = list(rows[0].row) if rows else []
    wanted = key.upper().replace("_", " ")
    for column in columns:
        if column in (wanted, wanted.replace(" ", "-")):
            return column
    if not rows:
        return wanted
    known = [column.lower() for column in columns]
    raise ToolFailure(
        f"there is no column {key[:60]!r} to sort by",
        suggestion(key, known) or f"Columns: {', '.join(known)}; or a field, like .metadata.creationTimestamp.",
    )


def _field(item: Json, path: str) -> Any:
    value: Any = item
    for part in path.strip(".").split("."):
        if not isinstance(value, dict):
            return None
        value = cast(Json, value).get(part)
    return value


def _sortable(value: Any) -> tuple[int, float, str]:
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


def needs_object(sort: str) -> bool:
    """Whether sorting needs whole objects: for a field outside of the metadata, which rows always come with."""
    key = sort.lstrip("-").strip("{}")
    return is_path(key) and not key.startswith(".metadata")
