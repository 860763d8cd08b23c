"""The columns that kubectl prints, as the API server makes them (the Table API)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_kubernetes.api.client import Json

# https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
ACCEPT = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


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
