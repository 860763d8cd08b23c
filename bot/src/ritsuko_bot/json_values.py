"""JSON from outside, with a bound on its depth."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pydantic import JsonValue

_DEEPEST = 50


def parse_json(text: str) -> JsonValue:
    """The JSON value in a text. Raises ValueError for anything else, and for values nested too deeply."""
    try:
        value: JsonValue = json.loads(text, parse_constant=reject_constant)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return value
    raise ValueError("nested too deeply")


def reject_constant(constant: str) -> object:
    """Raises ValueError for `NaN` and `Infinity`, which Python's parser takes although JSON has no such values."""
    raise ValueError(f"{constant} is not JSON")


def _inside(value: JsonValue) -> Iterable[JsonValue]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
