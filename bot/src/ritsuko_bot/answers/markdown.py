"""An answer as a Zulip message.

What is short is shown. What is longer is summarised in one line and shown in part, with the rest folded into a spoiler;
what is longer than a message may be is attached as a file. Each cut says how much there is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple
from urllib.parse import quote, urlsplit

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
from ritsuko_bot.answers.escaping import code_span, escaped
from ritsuko_bot.answers.layout import clean, lay_out, one_line
from ritsuko_bot.answers.summary import of_table, of_text

_WIDTH = 120
_SHOWN_LINES = 30
_SHOWN_CHARACTERS = 3_000
_PREVIEW_LINES = 10
_LINK_ROOM = 200
_MOST_ATTACHMENTS = 10
_LANGUAGE = re.compile(r"[a-z0-9+-]{1,20}")
_PRE_LINE = 2_000
_IN_THE_FILE = "The attached file has all of it."


class Attachment(NamedTuple):
    """A file to upload with the message."""

    filename: str
    media_type: str
    data: bytes


class RenderedMessage(NamedTuple):
    """The message's text, and the files whose links the gateway appends to it."""

    text: str
    attachments: tuple[Attachment, ...]


class _Body(NamedTuple):
    """Preformatted lines: a header that is repeated over every part, the rest, what to call them and what they hold."""

    header: str
    lines: Sequence[str]
    language: str
    noun: str
    filename: str
    full: str
    summary: Callable[[], Sequence[Inline]]


def render(answer: Answer, limit: int = 10_000) -> RenderedMessage:
    """The message and its files. The text leaves 200 characters of `limit` free for the link of each file."""
    for folded in (True, False):
        message = _Message(limit, folded=folded)
        message.add(answer.blocks)
        message.bound_attachments()
        if message.fits():
            return message.rendered()
    return message.shortened()


class _Message:
    def __init__(self, limit: int, *, folded: bool) -> None:
        self.limit = limit
        self.folded = folded
        self.parts: list[str] = []
        self.attachments: list[Attachment] = []

    def fits(self) -> bool:
        return len(self.text()) + _LINK_ROOM * len(self.attachments) <= self.limit

    def text(self) -> str:
        return "\n\n".join(self.parts)

    def rendered(self) -> RenderedMessage:
        return RenderedMessage(self.text(), tuple(self.attachments))

    def shortened(self) -> RenderedMessage:
        """The last resort: as many whole parts as fit, and the whole text in a file."""
        whole = self.text()
        del self.attachments[max(0, self.limit // _LINK_ROOM // 2 - 1) :]
        self._attach("answer.md", "text/markdown", whole.encode())
        note = f"… The whole answer has {len(whole)} characters: see the attached file."
        room = self.limit - _LINK_ROOM * len(self.attachments) - len(note) - 2
        kept: list[str] = []
        for part in self.parts:
            if len(part) + 2 > room:
                break
            kept.append(part)
            room -= len(part) + 2
        return RenderedMessage("\n\n".join([*kept, note]), tuple(self.attachments))

    def bound_attachments(self) -> None:
        """Keeps the first ten files, and says so."""
        count = len(self.attachments)
        if count > _MOST_ATTACHMENTS:
            del self.attachments[_MOST_ATTACHMENTS:]
            self.parts.append(f"Attached: {_MOST_ATTACHMENTS} of {count} files.")

    def add(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            match block:
                case Paragraph():
                    self.parts.append(_paragraph(block.parts))
                case Table():
                    self._table(block)
                case CodeBlock():
                    text = clean(block.text).strip("\n")
                    language = block.language if _LANGUAGE.fullmatch(block.language) else "text"
                    self._text(block.name, text, language)
                case Spoiler():
                    inner = _Message(self.limit, folded=False)
                    inner.add(block.blocks)
                    self.parts.append(_spoiler(block.title, inner.text()))
                    self.attachments += inner.attachments
                case Image() | File():
                    self._attach(block.filename, block.media_type, block.data)

    def _text(self, name: str, text: str, language: str) -> None:
        lines = text.split("\n")
        summary = partial(of_text, lines, language=language)
        self._body(_Body("", lines, language, "lines", f"{name}.txt", text, summary))

    def _table(self, table: Table) -> None:
        lines = lay_out(table, _WIDTH)
        full = lay_out(table, 1_000_000)
        whole = "\n".join([full.header, *full.rows])
        summary = partial(of_table, table)
        body = _Body(lines.header, lines.rows, "text", "rows", f"{table.name}.txt", whole, summary)
        attached = self._body(body)
        notes: list[str] = []
        if lines.dropped:
            columns = ", ".join(code_span(name) for name in lines.dropped[:10])
            rest = f" and {len(lines.dropped) - 10} more" if len(lines.dropped) > 10 else ""
            count = "1 column is" if len(lines.dropped) == 1 else f"{len(lines.dropped)} columns are"
            notes.append(f"{count} not shown because the table is too wide: {columns}{rest}.")
        if lines.clipped:
            notes.append("Cells that end in … are truncated.")
        if notes and table.complete and not attached:
            notes.append(_IN_THE_FILE)
            self._attach_whole(body)
        if notes:
            self.parts.append(" ".join(notes))

    def _body(self, body: _Body) -> bool:
        """Shows what fits; true if all of it is attached."""
        lines = [line if len(line) <= _PRE_LINE else line[:_PRE_LINE] + "…" for line in body.lines]
        shown = _that_fit(lines, _SHOWN_LINES, _SHOWN_CHARACTERS)
        whole = shown == len(lines) and lines == list(body.lines)
        if whole:
            self.parts.append(_fenced(body, lines))
            return False
        self.parts.append(_paragraph(body.summary()))
        rest = lines[shown:]
        size = sum(len(line) + 1 for line in rest)
        if self.folded and rest and lines == list(body.lines) and size < self.limit - _SHOWN_CHARACTERS * 1.5:
            self.parts.append(_fenced(body, lines[:shown]))
            title = f"{len(rest)} more {body.noun} ({len(lines)} in total)"
            self.parts.append(_spoiler(title, _fenced(body, rest)))
            return False
        preview = max(1, min(shown, _PREVIEW_LINES))
        self.parts.append(_fenced(body, lines[:preview]))
        what = f"Shown: {preview} of {len(lines)} {body.noun}" if preview < len(lines) else "Shown: a part"
        self.parts.append(f"{what} ({_size(len(body.full.encode()))}). {_IN_THE_FILE}")
        self._attach_whole(body)
        return True

    def _attach_whole(self, body: _Body) -> None:
        self._attach(body.filename, "text/plain; charset=utf-8", body.full.encode())

    def _attach(self, filename: str, media_type: str, data: bytes) -> None:
        self.attachments.append(Attachment(_safe_filename(filename), media_type, data))


def _paragraph(parts: Sequence[Inline]) -> str:
    text = ""
    for part in parts:
        match part:
            case Code():
                piece = code_span(part.text)
            case Strong():
                piece = f"**{escaped(part.text)}**" if part.text.strip() else ""
            case WebLink():
                piece = _link(part)
            case str():
                inner = escaped(part)
                # The spaces at both ends belong to the sentence.
                piece = (" " if part[:1].isspace() else "") + inner + (" " if inner and part[-1:].isspace() else "")
        # Two code spans that touch would become one with the wrong ends.
        text += "\u2009" + piece if text.endswith("`") and piece.startswith("`") else piece
    return text.strip()


def _link(link: WebLink) -> str:
    address = urlsplit(link.url)
    if address.scheme not in ("http", "https") or not address.netloc:
        return f"{escaped(link.title)}: {code_span(link.url)}"
    title = re.sub(r"[^\w ,.:-]", " ", one_line(link.title)).replace("_", " ").strip() or "link"
    return f"[{title}]({quote(one_line(link.url), safe=_URL_SAFE)})"


# All that a URL may hold, but for brackets and stars, which Markdown would read.
_URL_SAFE = "%/:?#@!$&',;=~.-_+"


def _fenced(body: _Body, lines: Sequence[str]) -> str:
    text = "\n".join([body.header, *lines] if body.header else lines)
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{body.language}\n{text}\n{fence}"


def _spoiler(title: str, text: str) -> str:
    fence = "`" * max(4, _longest_run(text) + 1)
    # A title cannot hold code spans, so it holds nothing that would need one.
    words = " ".join(re.sub(r"[^\w (),:;-]|_", " ", one_line(title)).split())
    return f"{fence}spoiler {words}\n{text}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def _that_fit(lines: Sequence[str], most: int, characters: int) -> int:
    """How many lines fit into both bounds."""
    used = 0
    for count, line in enumerate(lines[:most]):
        used += len(line) + 1
        if used > characters:
            return count
    return min(len(lines), most)


def _size(count: int) -> str:
    return f"{count} bytes" if count < 1_000 else f"{count / 1_000:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


def _safe_filename(name: str) -> str:
    """A name without a path or anything that Markdown reads."""
    return re.sub(r"[^\w.-]", "-", name.rpartition("/")[2]).strip(".-_")[:80] or "file"
