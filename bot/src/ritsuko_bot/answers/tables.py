"""JSON values as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from ritsuko_bot.answers.answer import Table


def table_of(rows: Sequence[Mapping[str, JsonValue]], *, name: str = "table") -> Table:
    """One line for each object, a column for every key, in the order in which the keys first appear."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    numeric = {
        index
        for index, column in enumerate(columns)
        if all(_is_number(row.get(column)) or row.get(column) is None for row in rows)
    }
    return Table(
        columns=tuple(columns),
        rows=tuple(tuple(cell(row.get(column)) for column in columns) for row in rows),
        right=frozenset(numeric),
        name=name,
        complete=True,
    )


def record(value: Mapping[str, JsonValue], *, name: str = "record") -> Table:
    """One object: a line for each of its fields."""
    rows = tuple((key, cell(item)) for key, item in value.items())
    return Table(("field", "value"), rows, name=name, complete=True)


def is_rows(value: JsonValue) -> bool:
    """Whether the value is a list of objects, which reads best as a table."""
    return isinstance(value, list) and len(value) > 0 and all(isinstance(item, dict) and item for item in value)


def cell(value: JsonValue) -> str:
    """One value on one line: short lists spelled out, anything deeper as compact JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case list() if all(isinstance(item, str | int | float) for item in value):
            return ", ".join(cell(item) for item in value)
        case _:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _is_number(value: JsonValue) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
