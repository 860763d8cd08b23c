"""An answer as lines in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from ritsuko_bot.answers.answer import (
    Answer,
    Block,
    Code,
    CodeBlock,
    File,
    Image,
    Inline,
    Paragraph,
    Spoiler,
    Strong,
    Table,
    WebLink,
)
from ritsuko_bot.answers.layout import clean, lay_out, one_line

_BOLD, _DIM, _CYAN, _RED, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[31m", "\x1b[0m"


def render(answer: Answer, *, colour: bool, width: int) -> str:
    """The text to print, without a newline at its end. Escape sequences are ours alone, and only with `colour`."""
    return "\n".join(_Terminal(colour, max(20, width), failed=answer.failed).blocks(answer.blocks))


class _Terminal:
    def __init__(self, colour: bool, width: int, *, failed: bool) -> None:
        self.colour = colour
        self.width = width
        self.first_colour = _RED if failed else ""

    def blocks(self, blocks: Sequence[Block]) -> list[str]:
        lines: list[str] = []
        for block in blocks:
            lines += self._block(block)
        return lines

    def _block(self, block: Block) -> list[str]:
        match block:
            case Paragraph():
                text = "".join(self._inline(part) for part in block.parts)
                colour, self.first_colour = self.first_colour, ""
                return [self._paint(colour, text) if colour else text]
            case Table():
                return self._table(block)
            case CodeBlock():
                return [f"  {line}" for line in clean(block.text).strip("\n").split("\n")]
            case Spoiler():
                return [self._paint(_DIM, f"-- {one_line(block.title)}"), *self.blocks(block.blocks)]
            case Image() | File():
                name = one_line(block.filename)
                return [self._paint(_DIM, f"[{name}: {one_line(block.media_type)}, {len(block.data)} bytes]")]

    def _table(self, table: Table) -> list[str]:
        lines = lay_out(table, self.width - 2)
        shown = [f"  {self._paint(_BOLD, lines.header)}", *(f"  {row}" for row in lines.rows)]
        if lines.dropped:
            shown.append(
                self._paint(
                    _DIM, f"  not shown because the table is too wide: {', '.join(map(one_line, lines.dropped))}"
                )
            )
        return shown

    def _inline(self, part: Inline) -> str:
        match part:
            case str():
                return clean(part).replace("\n", " ")
            case Code():
                return self._paint(_CYAN, one_line(part.text)) if self.colour else f"`{one_line(part.text)}`"
            case Strong():
                return self._paint(_BOLD, one_line(part.text))
            case WebLink():
                return f"{one_line(part.title)}: {one_line(part.url)}"

    def _paint(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_PLAIN}" if self.colour and text else text
