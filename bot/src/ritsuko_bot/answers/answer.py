"""An answer as a list of blocks, independent of any chat.

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
    """Emphasized words inside a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class WebLink:
    """A web address (http or https) with a title."""

    title: str
    url: str


Inline = str | Code | Strong | WebLink


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One line of text."""

    parts: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column names. Every row has as many cells as there are columns.

    `right` holds the positions of columns with numbers; `name` is the name of the file if it becomes one. `complete`:
    nothing of it may be lost, so cells and columns that do not fit are also attached as a file.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int] = frozenset()
    name: str = "table"
    complete: bool = False


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Preformatted text. `name` is the name of the file if it becomes one."""

    text: str
    language: str = ""
    name: str = "output"


@dataclass(frozen=True, slots=True)
class Spoiler:
    """Blocks folded under a title, in a chat that can fold."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """An image to show."""

    filename: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class File:
    """Bytes to attach as a file."""

    filename: str
    media_type: str
    data: bytes


Block = Paragraph | Table | CodeBlock | Spoiler | Image | File


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer. `failed`: the command did not succeed."""

    blocks: tuple[Block, ...]
    failed: bool = False


def say(*parts: Inline) -> Paragraph:
    """A paragraph from its parts."""
    return Paragraph(parts)


def codes(names: Iterable[str]) -> list[Inline]:
    """Names as literals, with commas between them."""
    parts: list[Inline] = []
    for name in names:
        parts += [", ", Code(name)] if parts else [Code(name)]
    return parts
