"""An answer, before any gateway gave it a form: a list of blocks.

Text in an answer is only text. A renderer decides how it looks in chat or in a terminal, and makes sure that it cannot
become markup, a mention or an escape sequence there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """A literal inside a sentence: a name, a value, a command."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Words that stand out inside a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class WebLink:
    """A web address (http or https) with a title."""

    title: str
    url: str


Inline = str | Code | Strong | WebLink


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of prose."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column names. Every row has as many cells as there are columns.

    `right` holds the positions of the columns whose cells are numbers; `name` is the file's name, should it become one.
    `complete`: nothing of it may be lost, so what does not fit where it is shown comes as a file.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    name: str = "table"
    complete: bool = False


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Preformatted text, shown as it is. `name` is the file's name, should it become one."""

    text: str
    language: str = ""
    name: str = "output"


@dataclass(frozen=True, slots=True)
class Spoiler:
    """Blocks that are folded away under a title where the gateway can fold."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture to show."""

    filename: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class File:
    """Bytes to hand over as a file."""

    filename: str
    media_type: str
    data: bytes


Block = Paragraph | Table | CodeBlock | Spoiler | Image | File


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say. `failed` is true when the command could not do what was asked."""

    blocks: tuple[Block, ...]
    failed: bool = False


def say(*parts: Inline) -> Paragraph:
    """One line of prose from its parts."""
    return Paragraph(parts)


def codes(names: Iterable[str]) -> list[Inline]:
    """Names as literals, with commas between them."""
    parts: list[Inline] = []
    for name in names:
        parts += [", ", Code(name)] if parts else [Code(name)]
    return parts
