"""Secrets that are written in another way: with invisible characters, escapes and entities, percent-encoded."""

from __future__ import annotations

import html
import re
from urllib.parse import unquote

_UNSEEN = (
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    r"\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_INVISIBLE = re.compile(_UNSEEN)
_COLOUR = re.compile(r"\x1b\[[0-9;:]*[A-Za-z]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SPACE = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_IS_WIDE = re.compile(r"[\uff01-\uff5e]")
_ENTITY = re.compile(r"&(?:quot|apos|amp|lt|gt|colon|equals|nbsp|#x?[0-9A-Fa-f]{1,6});")
_ESCAPE = re.compile(r"(?<!\\)\\+(?:u00|x)([2-7][0-9A-Fa-f])")
_ESCAPED_UNSEEN = re.compile(
    r"(?<!\\)\\+(?:u(?:200[b-f]|00ad|202[a-e]|206[0-9a-f]|feff|034f|061c|180[b-f]|db40\\+udc[0-9a-f]{2})|xad|U000e00[0-9a-f]{2})",
    re.IGNORECASE,
)
# A word in which something that separates names and values is percent-encoded.
_PERCENT = re.compile(r"%(?:25){0,4}(?:3[adAD]|2[2267]|40|7[bB]|20)")
WORD = re.compile(r"(?<![^\s\"'<>])[^\s\"'<>]+")


def visible(text: str) -> str:
    """The text as people read it: no invisible characters or colour codes, plain spaces and letters."""
    if not text.isascii():
        text = _SPACE.sub(" ", _INVISIBLE.sub("", text))
        if _IS_WIDE.search(text):
            text = text.translate(_WIDE)
    if "\x1b" in text:
        text = _COLOUR.sub("", text)
    return _CONTROL.sub("", text)


def decoded(text: str) -> str | None:
    """The text without what hides its words from a reader of plain text, or None if there is nothing of the kind."""
    plain = visible(text)
    if "&" in plain and _ENTITY.search(plain):
        plain = html.unescape(plain)
    if "\\" in plain and _ESCAPED_UNSEEN.search(plain):
        plain = _ESCAPED_UNSEEN.sub("", plain)
    if "\\" in plain and _ESCAPE.search(plain):
        plain = _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), plain)
    return plain if plain != text else None


def percent_decoded(word: str) -> str | None:
    """What a percent-encoded word says, or None if it separates nothing."""
    return unquote(word) if "%" in word and _PERCENT.search(word) else None
