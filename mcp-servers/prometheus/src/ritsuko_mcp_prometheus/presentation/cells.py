"""Cells with structures or long texts, flattened and cut only after redaction.

A secret in a text that was cut or joined before is not recognised: `https://user:hunt…`.
"""

from collections.abc import Callable, Mapping
from typing import cast

from pydantic import JsonValue

from ritsuko_api.envelope import Row

_LONGEST_IN_A_LIST = 40


def flat(longest: Mapping[str, int] | None = None) -> Callable[[JsonValue], list[Row]]:
    """A writer for an envelope: labels become `a=b, c=d`, lists `a, b`, and texts are cut to their column's length."""
    limits = longest or {}

    def write(rows: JsonValue) -> list[Row]:
        return [
            {column: _cell(value, limits.get(column)) for column, value in row.items()}
            for row in cast("list[Row]", rows)
        ]

    return write


def _cell(value: JsonValue, longest: int | None) -> JsonValue:
    match value:
        case dict():
            return ", ".join(f"{name}={text}" for name, text in value.items())
        case list():
            return ", ".join(middle_cut(str(item), _LONGEST_IN_A_LIST) for item in value)
        case str() if longest is not None:
            return _cut(" ".join(value.split()), longest)
        case _:
            return value


def middle_cut(text: str, longest: int) -> str:
    """Cut in the middle to at most `longest` characters: names of pods and hosts differ at their ends."""
    if len(text) <= longest:
        return text
    tail = (longest - 1) // 2
    return f"{text[: longest - 1 - tail]}…{text[len(text) - tail :]}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
