"""A line cut into tokens.

- Words are separated by white space, newlines too.
- A quoted value is one token: "...", '...', their typographic forms, `...` and code fences. Within "..." and '...' a
  backslash stands before a quote or a backslash that is meant literally. Quotes may follow `key=` and `--key=`.
- JSON objects and arrays are one token, spaces and all.
- Anything else is taken literally, quotes and backslashes inside a word too: PromQL, regular expressions and paths need
  no escaping. A quote inside a word keeps its spaces together: `up{job="my app"}` is one token.
  A backslash before a space makes it part of the word.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from ritsuko_bot.json_values import reject_constant

_DOUBLE = '"“”„‟«»'
_SINGLE = "'‘’‚‛‹›"
_SMART_PAIR = re.compile("[“”„‟]([^“”„‟]*)[“”„‟]")
_KEY = re.compile(r"(?P<dashes>--|—|–)?(?P<key>[^\W\d][\w.-]*)=")
_OPTION = re.compile(r"(?P<dashes>--|—|–)(?P<key>[^\W\d][\w.-]*)$")
_FENCE_LANGUAGE = re.compile(r"[\w+-]*[ \t]*\n")
# A quote after one of these starts a string within a word (`{job="my app"}`); after a letter it is an apostrophe.
_BEFORE_INNER_QUOTE = "=~!({[,+:|"


class NotClosed(ValueError):
    """A quote or code fence is not closed. `opening` is its beginning."""

    def __init__(self, opening: str) -> None:
        super().__init__(f"{opening} is not closed")
        self.opening = opening


@dataclass(frozen=True, slots=True)
class Token:
    """One token: what was typed (`raw`, at `start` to `end`) and what it stands for (`text`).

    `quoted`: it was set off by quotes. `key`: it has the form `key=...` or `--key[=...]`, and `text` is what comes
    after; None where `--key` stands alone. `dashes`: how the option was introduced, if at all.
    """

    raw: str
    start: int
    end: int
    text: str | None
    quoted: bool = False
    key: str | None = None
    dashes: str = ""


def tokenize(line: str) -> list[Token]:
    """All tokens of a line. Raises `NotClosed`."""
    tokens: list[Token] = []
    position = 0
    while True:
        while position < len(line) and line[position].isspace():
            position += 1
        if position == len(line):
            return tokens
        token = _token(line, position)
        tokens.append(token)
        position = token.end


def straightened(text: str) -> str:
    """Typographic double quotes made straight, in text for a program: phones insert them."""
    return _SMART_PAIR.sub(r'"\1"', text)


def _token(line: str, start: int) -> Token:
    key, dashes, at = None, "", start
    if match := _KEY.match(line, start):
        key, dashes, at = match["key"], match["dashes"] or "", match.end()
    value = _quoted(line, at) or _json(line, at)
    if value is not None:
        text, end, quoted = value
        return Token(line[start:end], start, end, text, quoted, key, dashes)
    end = _word_end(line, start)
    raw = line[start:end]
    if key is None and (option := _OPTION.match(raw)):
        return Token(raw, start, end, None, False, option["key"], option["dashes"])
    return Token(raw, start, end, straightened(re.sub(r"\\(\s)", r"\1", line[at:end])), False, key, dashes)


def _quoted(line: str, at: int) -> tuple[str, int, bool] | None:
    if at >= len(line):
        return None
    if line[at] == "`":
        return _backticked(line, at)
    family = next((family for family in (_DOUBLE, _SINGLE) if line[at] in family), None)
    if family is None:
        return None
    straight = family[0]
    closing = straight if line[at] == straight else family[1:]
    found = _scan_quoted(line, at + 1, closing)
    if found is None and closing != straight:
        found = _scan_quoted(line, at + 1, straight)
    if found is None:
        raise NotClosed(line[at : at + 20])
    text, end = found
    # `"a"b` is a word with a quote in it.
    return (text, end, True) if _ends_token(line, end) else None


def _scan_quoted(line: str, at: int, closing: str) -> tuple[str, int] | None:
    text: list[str] = []
    while at < len(line):
        char = line[at]
        if char == "\\" and at + 1 < len(line) and (line[at + 1] in closing or line[at + 1] == "\\"):
            text.append(line[at + 1])
            at += 2
        elif char in closing:
            return "".join(text), at + 1
        else:
            text.append(char)
            at += 1
    return None


def _backticked(line: str, at: int) -> tuple[str, int, bool] | None:
    run = len(line) - at - len(line[at:].lstrip("`"))
    closing = re.compile(rf"(?<!`)`{{{run}}}(?!`)").search(line, at + run)
    if closing is None:
        raise NotClosed(line[at : at + 20])
    text = line[at + run : closing.start()]
    if run >= 3:
        language = _FENCE_LANGUAGE.match(text)
        text = text[language.end() if language else 0 :].strip("\n")
    return (text, closing.end(), True) if _ends_token(line, closing.end()) else None


def _json(line: str, at: int) -> tuple[str, int, bool] | None:
    """A JSON object or array that starts here and ends where a token may end."""
    if at >= len(line) or line[at] not in "{[":
        return None
    for text in (line, straightened(line)):
        # Straightening replaces one character by one, so that positions stay.
        try:
            _, end = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            continue
        if _ends_token(text, end):
            return text[at:end], end, False
    return None


def _word_end(line: str, at: int) -> int:
    start = at
    while at < len(line) and not line[at].isspace():
        if line[at] == "\\" and at + 1 < len(line) and line[at + 1].isspace():
            at += 2
            continue
        if at > start and line[at] in "\"'“”„‟" and line[at - 1] in _BEFORE_INNER_QUOTE:
            closing = line[at] if line[at] in "\"'" else "“”„‟"
            found = _scan_quoted(line, at + 1, closing)
            if found is not None:
                at = found[1]
                continue
        at += 1
    return at


def _ends_token(line: str, at: int) -> bool:
    return at == len(line) or line[at].isspace()


_DECODER = json.JSONDecoder(parse_constant=reject_constant)
