"""From what people write to the HTML they read: the blocks of Zulip's Markdown, and whom a text mentions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from tests.zulip.errors import ApiError
from tests.zulip.inline import Inline, Mentions
from tests.zulip.world import World

FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,})[ ]*(?P<info>[^`\n]*)$")
RULE_ROW = re.compile(r"^\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
ITEM = re.compile(r"^(?P<indent>[ ]*)(?P<mark>[*+-]|\d+\.)[ ]+(?P<text>.*)$")
HEADING = re.compile(r"^(?P<marks>#{1,6})[ ]+(?P<text>.+?)#*$")
EMOJI = re.compile("[\U0001f300-\U0001faff☀-➿]")
UNRENDERABLE_EMOJI = 2000
"""With more emoji the server gives up after its 5 s (seen at 3,000; the true limit depends on the machine)."""


@dataclass(frozen=True)
class Rendered:
    html: str
    mentions: Mentions


def render(world: World, content: str) -> Rendered:
    if len(EMOJI.findall(content)) > UNRENDERABLE_EMOJI:
        raise ApiError("Unable to render message")
    mentions = Mentions()
    blocks = _Blocks(Inline(world, mentions))
    lines = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Rendered("\n".join(blocks.render(lines)), mentions)


class _Blocks:
    def __init__(self, inline: Inline) -> None:
        self._inline = inline

    def render(self, lines: list[str], *, silent: bool = False) -> list[str]:
        blocks: list[str] = []
        paragraph: list[str] = []

        def end_paragraph() -> None:
            if paragraph:
                text = self._text("\n".join(paragraph), silent)
                blocks.append(f"<p>{text}</p>{self._previews()}")
                paragraph.clear()

        at = 0
        while at < len(lines):
            line = lines[at]
            fence = FENCE.match(line)
            if fence:
                end_paragraph()
                at, inner = _fenced(lines, at, fence["fence"])
                blocks.append(self._fence(fence["info"].strip(), inner, silent))
            elif line.startswith(">"):
                end_paragraph()
                inner = []
                while at < len(lines) and lines[at].startswith(">"):
                    inner.append(re.sub(r"^> ?", "", lines[at]))
                    at += 1
                blocks.append(self._quote(inner))
            elif "|" in line and at + 1 < len(lines) and "-" in lines[at + 1] and RULE_ROW.match(lines[at + 1]):
                end_paragraph()
                rows = [line]
                at += 2
                while at < len(lines) and "|" in lines[at]:
                    rows.append(lines[at])
                    at += 1
                blocks.append(self._table(rows, silent))
            elif ITEM.match(line) and not paragraph:
                items: list[re.Match[str]] = []
                while at < len(lines) and (item := ITEM.match(lines[at])):
                    items.append(item)
                    at += 1
                blocks.append(self._list(items, silent))
            elif heading := HEADING.match(line):
                end_paragraph()
                level = len(heading["marks"])
                blocks.append(f"<h{level}>{self._text(heading['text'].strip(), silent)}</h{level}>")
                at += 1
            else:
                if line.strip():
                    paragraph.append(line.strip())
                else:
                    end_paragraph()
                at += 1
        end_paragraph()
        return blocks

    def _text(self, text: str, silent: bool) -> str:
        return self._inline.render(text, silent=silent)

    def _previews(self) -> str:
        images, self._inline.images = self._inline.images, []
        return "".join(
            f'\n<div class="message_inline_image"><a href="{escape(url)}" title="{escape(title)}">'
            f'<img src="{escape(url)}"></a></div>'
            for url, title in images
        )

    def _quote(self, lines: list[str]) -> str:
        return "\n".join(["<blockquote>", *self.render(lines, silent=True), "</blockquote>"])

    def _fence(self, info: str, lines: list[str], silent: bool) -> str:
        kind, _, rest = info.partition(" ")
        if kind == "quote":
            return self._quote(lines)
        if kind == "spoiler":
            header = "\n".join(self.render([rest], silent=silent))
            body = "\n".join(self.render(lines, silent=silent))
            return (
                f'<div class="spoiler-block"><div class="spoiler-header">\n{header}\n'
                f'</div><div class="spoiler-content" aria-hidden="true">\n{body}\n</div></div>'
            )
        return _code("\n".join(lines) + "\n", kind)

    def _table(self, rows: list[str], silent: bool) -> str:
        cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))] for row in rows]
        width = len(cells[0])

        def row(values: list[str], tag: str) -> list[str]:
            padded = (values + [""] * width)[:width]
            return ["<tr>", *(f"<{tag}>{self._text(v, silent)}</{tag}>" for v in padded), "</tr>"]

        head = ["<thead>", *row(cells[0], "th"), "</thead>"]
        body = ["<tbody>", *(part for values in cells[1:] for part in row(values, "td")), "</tbody>"]
        return "\n".join(["<table>", *head, *body, "</table>"])

    def _list(self, items: list[re.Match[str]], silent: bool) -> str:
        tag = "ol" if items[0]["mark"][0].isdigit() else "ul"
        parts = [f"<{tag}>"]
        depth = len(items[0]["indent"])
        at = 0
        while at < len(items):
            text = self._text(items[at]["text"], silent)
            at += 1
            nested = at
            while nested < len(items) and len(items[nested]["indent"]) > depth:
                nested += 1
            inner = "\n" + self._list(items[at:nested], silent) + "\n" if nested > at else ""
            parts.append(f"<li>{text}{inner}</li>")
            at = nested
        return "\n".join([*parts, f"</{tag}>"])


def _fenced(lines: list[str], start: int, fence: str) -> tuple[int, list[str]]:
    """Where to go on after a fence, and its lines. Fences inside it are skipped over; one left open runs to the end."""
    inner: list[str] = []
    open_inside: list[str] = []
    for at in range(start + 1, len(lines)):
        match = FENCE.match(lines[at].rstrip())
        if match:
            closes = not match["info"]
            if closes and open_inside and match["fence"] == open_inside[-1]:
                open_inside.pop()
            elif closes and not open_inside and match["fence"] == fence:
                return at + 1, inner
            elif not closes and match["fence"][0] == fence[0]:
                open_inside.append(match["fence"])
        inner.append(lines[at])
    return len(lines), inner


def _code(source: str, language: str) -> str:
    label = ""
    if language and language not in ("text", "none"):
        try:
            lexer = get_lexer_by_name(language, stripnl=False)
        except ClassNotFound:
            label = f' data-code-language="{escape(language)}"'
        else:
            html = highlight(source, lexer, HtmlFormatter(nowrap=True)).rstrip("\n")
            return (
                f'<div class="codehilite" data-code-language="{escape(lexer.name)}"><pre><span></span><code>'
                f"{html}\n</code></pre></div>"
            )
    return f'<div class="codehilite"{label}><pre><span></span><code>{escape(source, quote=False)}</code></pre></div>'
