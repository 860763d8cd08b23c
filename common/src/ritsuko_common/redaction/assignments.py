"""Where in a text values stand that a sensitive name is given: `password=x`, `"token": "x"`, `--api-key x`, in XML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ritsuko_common.redaction.names import (
    CANDIDATE,
    is_counted,
    is_object_name,
    is_sensitive_name,
    may_hold_a_method,
    may_name_an_object,
)
from ritsuko_common.redaction.values import is_harmless, is_method, is_object, is_plain_word, is_prose, looks_secret

Span = tuple[int, int]

_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
_LONGEST_NAME = 128
# What follows the name: `: value`, `=value`, `": "value"` (also with escaped quotes), ` value` after an option.
_IS = re.compile(
    r"(?:\\*[\"'`])?(?:\\?\])?(?:\[[\w\"']{0,40}\])?(?P<number>[ \t]\d{1,2})?"
    r"(?P<is>[ \t]*(?:=>|:=|->|[=!]~|!=|==?|::?)[ \t]*|[ \t]+)"
)
_IN_XML = re.compile(r"(?:[ \t\r\n][^<>]{0,200})?>")
_XML_VALUE = re.compile(r"\s*(?:<!\[CDATA\[)?(?P<secret>[^<>]+?)(?:\]\]>)?\s*(?:(?=<)|\Z)")
_NEXT_ARGUMENT = re.compile(r"\\*[\"'][ \t]*,\s{0,20}\\*[\"'](?P<secret>[^\"'\n\\]+)")
_VALUE = re.compile(
    r"(?:[bBrRuUfFN@]{1,2}(?=[\"']))?(?P<open>\\*(?:\"\"\"|'''|[\"'`]))(?:(?P<quoted>[^\n]*?)(?<!\\)(?P=open)|(?P<unclosed>[^\n]+))"
    r"|[|>][+-]?\d?[ \t]*\r?\n(?P<block>(?P<indent>[ \t]+)[^\n]*(?:\n(?P=indent)[^\n]*)*)"
    r"|(?P<list>\[(?!redacted-)[^\]\n]+\]?)"
    r"|(?P<word>\S+)"
)
# A line that holds one word, which is not the next name.
_NEXT_LINE = re.compile(
    r"[ \t]*\r?\n[ \t]*(?P<secret>(?!- )(?:\\*[\"'][^\"'\n]+|[^\s:=\"'{}\[\]<>#]+(?<!:)=*))\\*[\"']?,?[ \t]*(?=\r?$)",
    re.M,
)
_NEXT_ITEM = re.compile(r"[ \t]*\r?\n[ \t]*- +[\"']?(?P<secret>[^\s:\"'{}\[\]<>#]+)[\"']?[ \t]*(?=\r?$)", re.M)
_FIRST_ON_LINE = re.compile(r"(?:^|\n)[ \t]*(?:-[ \t]+)?[\"']?$")
_NOT_ASSIGNED = re.compile(
    r"\b(?:unexpected|unrecogni[sz]ed|illegal|expected|offending|near|rotat\w+)[ \t]+(?:\w+[ \t]+)?$", re.I
)
_STATED = re.compile(
    r"[ \t]+(?:(?:is|was|now|has been|equals)[ \t]+)?(?:(?:re)?(?:set"
    r"|changed)[ \t]+to[ \t]+)?(?P<open>[\"'])?(?P<secret>[^\s\"']+)",
    re.I,
)
_PASSWORD = re.compile(r"(?:^|[_.-])(?:pass(?:word|wd|phrase|code)?|pwd|mnemonic|seed.phrase)$", re.I)
_WORDS = re.compile(r"[a-zA-Z]{2,20}(?: [a-zA-Z]{2,20}){2,24}[ \t]*$", re.M)
_TESTS = re.compile(r"\b(?:fail|skip|xfail|errors?)(?:ed|s)?\b\W", re.I)
_ENV_VALUE = r"(?:(?P<open>\\*[\"'])(?P<quoted>[^\n]*?)(?<!\\)(?P=open)|(?P<value>(?!\[redacted-)[^\n]+))"
# {name: DB_PASSWORD, value: x} in running text, as YAML over two lines or as JSON; and the other way round.
_PAIR = re.compile(
    r"(?<![\w.-])(?:name|key|id)\\*[\"']?[ \t]*[:=][ \t]*\\*[\"']?(?P<name>[A-Za-z_][\w.-]{0,127})"
    r"\\*[\"']?[ \t]*,?\s{0,64}\\*[\"']?value\\*[\"']?[ \t]*[:=][ \t]*" + _ENV_VALUE,
    re.I,
)
_PAIR_REVERSED = re.compile(
    r"(?<![\w.-])value\\*[\"']?[ \t]*[:=][ \t]*(?P<open>\\*[\"'])?"
    r"(?P<value>(?(open)[^\"'\n]{1,512}|[^\s\"',]{1,512}))(?(open)(?P=open))"
    r"[ \t]*,?\s{0,64}\\*[\"']?(?:name|key)\\*[\"']?[ \t]*[:=][ \t]*\\*[\"']?(?P<name>[A-Za-z_][\w.-]{0,127})",
    re.I,
)
# <property name="password">x<, <key>password</key><string>x<, <name>password</name><value>x<
_XML_PAIR = re.compile(
    r"(?:\b(?:name|key|id)=[\"'](?P<name>[\w.-]{1,128})[\"'][^<>]{0,200}>"
    r"|<(?:name|key)>\s{0,20}(?P<tag>[\w.-]{1,128})\s{0,20}</(?:name|key)>\s{0,40}<[a-z]{1,20}>)"
    r"\s*(?:<!\[CDATA\[)?(?P<value>[^<>]+)",
    re.I,
)


def assigned_values(text: str, lowered: str) -> Iterator[Span]:
    """The spans, in order. `lowered` is the text in lower case, of the same length.

    A quoted value reaches to its closing quote. An unquoted one reaches to the next blank, to the next semicolon
    between semicolons, or to the end of the line when `name:` opens the line as in YAML. A YAML block reaches as far as
    its indentation.
    """
    position = 0
    while found := CANDIDATE.search(lowered, position):
        start, end = found.span()
        while start > position and text[start - 1] in _NAME_CHARACTERS and end - start < _LONGEST_NAME:
            start -= 1
        while end < len(text) and text[end] in _NAME_CHARACTERS and end - start < _LONGEST_NAME:
            end += 1
        position = max(end, found.end())
        # The sentence's full stop, or a name that is cut off by one.
        name = text[start:position].rstrip(".")
        after = start + len(name)
        if not is_sensitive_name(name):
            continue
        span = _value(text, start, after, name)
        if span is not None and span[1] > span[0]:
            yield span
            position = max(position, span[1])


def paired_values(text: str) -> Iterator[Span]:
    """Where in `text` values stand whose name is given beside them: `{"name": "DB_PASSWORD", "value": "x"}`."""
    for pattern in (_PAIR, _PAIR_REVERSED, _XML_PAIR):
        last = 0
        for pair in pattern.finditer(text):
            name = pair["name"] or pair["tag"] if pattern is _XML_PAIR else pair["name"]
            group = "quoted" if pattern is _PAIR and pair["quoted"] is not None else "value"
            if is_sensitive_name(name) and pair.start(group) >= last:
                yield pair.span(group)
                last = pair.end(group)


def _value(text: str, start: int, end: int, name: str) -> Span | None:
    """What is between name and value is checked first: a log may repeat a word endlessly."""
    if end < len(text) and text[end] in "> \t\r\n" and start and text[start - 1] in "<:" and _opens_a_tag(text, start):
        opened = _IN_XML.match(text, end)
        inner = _XML_VALUE.match(text, opened.end()) if opened else None
        if opened and inner and (inner.end() < len(text) or not text[opened.end() : opened.end() + 1].isspace()):
            return None if is_harmless(inner["secret"]) else inner.span("secret")
        return None
    following = _IS.match(text, end)
    if following is None:
        return _on_the_next_line(text, end, name)
    assigned = following["is"].strip()
    if not assigned:
        if name.startswith("-"):
            value = _VALUE.match(text, following.end())
            # Another option is not a value.
            return _span(value, text, "") if value and not text.startswith("--", following.end()) else None
        return _stated(text, start, end, name) if following["number"] is None else None
    if following.end() < len(text) and text[following.end()] in "\r\n":
        return _after_the_line(text, start, following.end(), name)
    if assigned == ":" and following["is"][0].isspace():
        quoted = text[end : following.start("is")] != ""
        if not quoted or not text.startswith(('"', "'"), following.end()):
            # Mostly prose: `failed for volume "token" : secret "x" not found`.
            value = _VALUE.match(text, following.end())
            return value.span("word") if value and value["word"] and looks_secret(value["word"]) else None
        if start >= 2 and text[start - 2].isalnum():
            return None
        if _is_prose_quote(text, start):
            return None
    value = _VALUE.match(text, following.end())
    if value is None:
        return None
    spaced = following["is"][-1:].isspace()
    return _judged(text, start, name, assigned, spaced, value)


def _judged(text: str, start: int, name: str, assigned: str, spaced: bool, value: re.Match[str]) -> Span | None:
    first = value.group("quoted") or value.group("unclosed") or value.group("word") or value.group("list") or ""
    word = first.split(maxsplit=1)[0] if first.strip() else ""
    if _number(word) is not None and (is_counted(name) or (name.lower() in ("pass", "-pass") and _TESTS.search(text))):
        return None
    if may_hold_a_method(name) and is_method(first):
        return None
    if may_name_an_object(name) and is_object(word):
        return None
    if name == "PASS" and text.endswith("--- ", 0, start):
        return None
    if name.lower() in ("pwd", "oldpwd") and word.startswith("/"):
        return None
    if name.lower().endswith("sid") and ((word.strip(",;()").isalpha() and len(word) <= 9) or word.isdecimal()):
        return None
    # A name of an object, a path or a parser's token is followed by words about it.
    weak = (
        is_object_name(name)
        or (assigned == ":" and spaced and start > 0 and text[start - 1] in "/\\")
        or (assigned == ":" and _NOT_ASSIGNED.search(text, max(0, start - 40), start) is not None)
    )
    if weak:
        return value.span("word") if value["word"] and looks_secret(word) else None
    if value["list"] is not None and ("{" in value["list"] or is_harmless(value["list"].strip("[]"))):
        return None
    span = _span(value, text, assigned)
    if span is None or value["word"] is None:
        return span
    if assigned == ":" and spaced:
        line_end = text.find("\n", span[0], span[0] + 400)
        rest = text[span[0] : line_end if line_end >= 0 else span[0] + 400]
        if is_prose(rest):
            return None
        if _FIRST_ON_LINE.search(text, max(0, start - _LONGEST_NAME), start):
            line_end = text.find("\n", span[0])
            return span[0], line_end if line_end >= 0 else len(text)
        if _PASSWORD.search(name) and (words := _WORDS.match(text, span[0])):
            return span[0], words.end()
    return span


def _span(value: re.Match[str], text: str, assigned: str) -> Span | None:
    for group in ("quoted", "unclosed", "block", "list"):
        if value[group] is not None:
            return None if is_harmless(value[group]) else value.span(group)
    first, last = value.span("word")
    word = value["word"]
    if word.startswith(("{", "(")) and not word.strip("{(\"'"):
        return None
    if is_harmless(word):
        return None
    if word.startswith("map[") or (word.startswith("{") and ":" in word):
        return None
    # In `Server=x;Password=a b;Encrypt=true` blanks belong to the value.
    if assigned == "=" and ";" in text[max(0, value.start() - 60) : value.start()]:
        line_end = text.find("\n", first)
        line_end = len(text) if line_end < 0 else line_end
        semicolon = text.find(";", first, min(line_end, first + 512))
        if semicolon > last and "=" not in text[last:semicolon]:
            return first, semicolon
    return first, last


def _opens_a_tag(text: str, start: int) -> bool:
    """Whether a name is that of an XML element: after `<`, or after `<` and a prefix."""
    if text[start - 1] == "<":
        return True
    begin = text.rfind("<", max(0, start - 40), start)
    return begin >= 0 and text[begin + 1 : start - 1].replace("-", "").replace("_", "").isalnum()


def _is_prose_quote(text: str, start: int) -> bool:
    """Whether the quoted name belongs to a sentence: `volume "token" : secret "x"`."""
    before = text[max(0, start - 3) : start].rstrip("\\\"'")
    return before != "" and (
        before[-1].isalnum() or (before[-1] == " " and before.strip() != "" and before.strip()[-1].isalnum())
    )


def _number(word: str) -> float | None:
    try:
        return float(word.strip("\"',;()[]{}"))
    except ValueError:
        return None


def _stated(text: str, start: int, end: int, name: str) -> Span | None:
    """`password is x`, `SET PASSWORD 'x'`, `token x`: hidden if it looks like a secret, or if a password is quoted."""
    stated = _STATED.match(text, end)
    if stated is None:
        return None
    word = stated["secret"]
    if _PASSWORD.search(name) and stated["open"] and not is_harmless(word):
        closing = text.find(stated["open"], stated.start("secret"), stated.start("secret") + 512)
        return stated.start("secret"), closing if closing >= 0 else stated.end("secret")
    if is_object_name(name) or not looks_secret(word) or (start and text[start - 1] in "/\\"):
        return None
    mixed = any(map(str.islower, word)) and any(map(str.isupper, word))
    wild = any(character in "!#$%&*+^~@?=" for character in word)
    long = len(word) >= 24 and word.isalnum()
    if not (mixed or wild or long):
        return None
    return stated.span("secret")


def _on_the_next_line(text: str, end: int, name: str) -> Span | None:
    """The next argument of a command in a list: `"--password", "x"`."""
    if not name.startswith("-"):
        return None
    argument = _NEXT_ARGUMENT.match(text, end)
    if argument is None or is_harmless(argument["secret"]) or argument["secret"].startswith("-"):
        return None
    return argument.span("secret")


def _after_the_line(text: str, start: int, end: int, name: str) -> Span | None:
    """A value that stands alone on the line after its name."""
    found = _NEXT_LINE.match(text, end)
    if found is not None:
        word = found["secret"].strip("\\\"',")
        weak = is_object_name(name) or (start > 0 and text[start - 1] in "/\\")
        if is_harmless(word) or (weak and not looks_secret(word)):
            return None
        if is_plain_word(word) and word[:1].isupper():
            return None
        return found.span("secret")
    found = _NEXT_ITEM.match(text, end)
    return found.span("secret") if found and looks_secret(found["secret"]) else None
