"""A one-line summary of a long text or table, shown above it when it is folded or becomes a file.

All of it is counted, nothing is interpreted: the words are those of the text.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import cast

from pydantic import JsonValue

from ritsuko_bot.answers.answer import Code, Inline, Table
from ritsuko_bot.answers.layout import clip

_ERRORS = ("error", "fatal", "panic", "exception", "critical", "failed", "failure")
_WARNINGS = ("warn",)
_TIME = re.compile(r"[\[\"]?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)")
_WITHOUT_NUMBERS = str.maketrans("", "", "0123456789")
# Above this, looking for what lines have in common would hold up other people's answers.
_MOST_COMPARED = 20_000
_FEWEST_ALIKE = 3
_LONGEST_PARSED = 1_000_000
_LONGEST_EXAMPLE = 100
_MOST_FIELDS = 8
_MOST_COLUMNS = 3
_MOST_VALUES = 5
_LONGEST_VALUE = 30


def of_text(lines: Sequence[str], *, language: str = "") -> list[Inline]:
    """Number of lines, mentions of errors and warnings, time span, and the most common kind of line."""
    parts: list[Inline] = [f"{len(lines)} lines"]
    if language == "json" and (shape := _of_json("\n".join(lines))):
        return [*parts, f": {shape}."]
    errors, warnings = _mentioning(lines)
    if errors:
        last = clip(errors[-1].strip(), _LONGEST_EXAMPLE)
        parts += [f"; {len(errors)} mention an error, most recently: ", Code(last)]
    if warnings:
        parts.append(f"; {warnings} mention a warning")
    if span := _span(lines):
        parts.append(f"; from {span[0]} to {span[1]}")
    if not errors and (common := _commonest(lines)):
        parts += [f"; {common[0]} look like ", Code(clip(common[1], _LONGEST_EXAMPLE))]
    return [*parts, "."]


def of_table(table: Table) -> list[Inline]:
    """Number of rows, shares of values in columns with few of them, and ranges of numbers."""
    notes: list[str] = []
    for position, column in enumerate(table.columns):
        cells = [row[position] for row in table.rows]
        note = _range(cells) if position in table.right else _shares(cells)
        if note and len(notes) < _MOST_COLUMNS:
            notes.append(f"; {column}: {note}")
    return [f"{len(table.rows)} rows", *notes, "."]


def _mentioning(lines: Sequence[str]) -> tuple[list[str], int]:
    """The lines that mention an error, and how many mention no more than a warning."""
    errors: list[str] = []
    warnings = 0
    for line in lines:
        lowered = line.lower()
        if any(word in lowered for word in _ERRORS):
            errors.append(line)
        elif any(word in lowered for word in _WARNINGS):
            warnings += 1
    return errors, warnings


def _span(lines: Sequence[str]) -> tuple[str, str] | None:
    """The first and the last time, if the first and the last line begin with one."""
    first, last = (_TIME.match(line) for line in (lines[0], lines[-1]))
    return (first[1], last[1]) if first and last and first[1] != last[1] else None


def _commonest(lines: Sequence[str]) -> tuple[int, str] | None:
    """How many lines differ in their numbers alone, and the first of them; None if those are few."""
    if len(lines) > _MOST_COMPARED:
        return None
    shapes = Counter(line.translate(_WITHOUT_NUMBERS) for line in lines if line.strip())
    if not shapes:
        return None
    [(shape, count)] = shapes.most_common(1)
    if count < _FEWEST_ALIKE or count * 3 < len(lines):
        return None
    return count, next(line.strip() for line in lines if line.translate(_WITHOUT_NUMBERS) == shape)


def _of_json(text: str) -> str:
    if len(text) > _LONGEST_PARSED:
        return ""
    try:
        value = cast("JsonValue", json.loads(text))
    except ValueError:
        return ""
    match value:
        case dict():
            names = [clip(name, _LONGEST_VALUE) for name in value]
            rest = f" and {len(names) - _MOST_FIELDS} more" if len(names) > _MOST_FIELDS else ""
            return f"an object with {', '.join(names[:_MOST_FIELDS])}{rest}"
        case list():
            return f"a list of {len(value)}"
        case _:
            return ""


def _shares(cells: Sequence[str]) -> str:
    """`50 Running, 10 Pending`; nothing where there are many values, or only one."""
    counts = Counter(cell for cell in cells if cell)
    few = 2 <= len(counts) <= _MOST_VALUES and len(counts) * 4 <= len(cells)
    if not few or any(len(value) > _LONGEST_VALUE for value in counts):
        return ""
    return ", ".join(f"{count} {value}" for value, count in counts.most_common())


def _range(cells: Sequence[str]) -> str:
    try:
        numbers = [(float(cell), cell) for cell in cells if cell]
    except ValueError:
        return ""
    if not numbers or min(numbers)[0] == max(numbers)[0]:
        return ""
    return f"{min(numbers)[1]} to {max(numbers)[1]}"
