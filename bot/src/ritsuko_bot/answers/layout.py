"""Tables and text laid out for a fixed-width font, by what a terminal shows rather than by code points."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from wcwidth import wcswidth, wcwidth

from ritsuko_bot.answers.answer import Table

_GAP = "  "
_NARROWEST = 12


@dataclass(frozen=True, slots=True)
class Lines:
    """A table as lines, the header first. `clipped`: some cells were too long. `dropped`: columns that did not fit."""

    header: str
    rows: tuple[str, ...]
    clipped: bool
    dropped: tuple[str, ...]


def clean(text: str) -> str:
    """Text without control characters, escape sequences and marks that change its direction."""
    if text.isascii() and text.isprintable():
        return text
    expanded = (text.expandtabs(4) if "\t" in text else text).replace("\r\n", "\n")
    # By the characters that occur, which are few: a text may have millions.
    hidden = {ord(c): None for c in set(expanded) if c != "\n" and unicodedata.category(c) in _HIDDEN}
    return expanded.translate(hidden) if hidden else expanded


_HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def one_line(text: str) -> str:
    """Cleaned text on one line; a line break shows as ⏎."""
    return clean(text).strip().replace("\n", "⏎")


def width_of(text: str) -> int:
    """Columns on a screen."""
    if text.isascii():
        return len(text)
    width = wcswidth(text)
    return width if width >= 0 else len(text)


def clip(text: str, width: int) -> str:
    """At most `width` columns; what was cut shows as …."""
    if width_of(text) <= width:
        return text
    used = 0
    for index, char in enumerate(text):
        used += max(0, wcwidth(char))
        if used > width - 1:
            return text[:index] + "…"
    return text


def lay_out(table: Table, width: int) -> Lines:
    """The table in at most `width` columns: long cells are clipped first, then columns dropped from the right."""
    cells = [[one_line(cell) for cell in row] for row in (table.columns, *table.rows)]
    desired = [max(width_of(row[column]) for row in cells) for column in range(len(table.columns))]
    widths, kept = _fit(desired, width)
    lines = [_line(row[:kept], widths, table.right) for row in cells]
    return Lines(
        header=lines[0] if lines else "",
        rows=tuple(lines[1:]),
        clipped=any(width < want for width, want in zip(widths, desired, strict=False)),
        dropped=table.columns[kept:],
    )


def _fit(desired: Sequence[int], width: int) -> tuple[list[int], int]:
    """The columns' widths and how many of them fit."""
    kept = len(desired)
    while kept > 1 and sum(min(want, _NARROWEST) for want in desired[:kept]) + len(_GAP) * (kept - 1) > width:
        kept -= 1
    widths = list(desired[:kept])
    excess = sum(widths) + len(_GAP) * max(0, kept - 1) - width
    while excess > 0:
        widest = max(range(kept), key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            break
        # Down to the next widest at most, so that the longest columns share the loss.
        others = [w for i, w in enumerate(widths) if i != widest]
        floor = max(_NARROWEST, *others, 0) if others else _NARROWEST
        cut = min(excess, max(1, widths[widest] - floor))
        widths[widest] -= cut
        excess -= cut
    return widths, kept


def _line(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> str:
    padded: list[str] = []
    for column, (text, width) in enumerate(zip(row, widths, strict=True)):
        shown = clip(text, width)
        space = " " * (width - width_of(shown))
        padded.append(space + shown if column in right else shown + space)
    return _GAP.join(padded).rstrip()
