"""What a secret looks like in running text: by its own shape, or by the name it is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ritsuko_common.redaction.names import SENSITIVE, is_sensitive_name


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern whose group `secret` (without one, its whole match) is replaced; `kind` is what the mark calls it."""

    kind: str
    pattern: re.Pattern[str]


# Order matters: what spans most comes first.
SHAPES: tuple[Shape, ...] = (
    # A whole PEM block, also with its line ends written as \n, and one whose end was cut off.
    Shape(
        "pem",
        re.compile(
            r"-----BEGIN [A-Z0-9 ]{1,40}-----"
            r"(?:(?:(?!-----BEGIN )[\s\S]){0,20000}?-----END [A-Z0-9 ]{1,40}-----|(?:\\+[nr]|[A-Za-z0-9+/=\s:,-])*)"
        ),
    ),
    Shape("jwt", re.compile(r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*){0,3}")),
    # user:password@ in a URL: the user stays. What looks like a port and a path is one.
    Shape("password", re.compile(r"(?<=://)[^\s/:@?#\"'<>]{0,256}:(?!\d{1,5}[/?#])(?P<secret>[^\s\"'<>]{1,512})@")),
    Shape(
        "header",
        re.compile(
            r"(?:authorization|x-[a-z-]{0,40}(?:token|key|auth|secret)|cookie)\\*[\"']?[ \t]*[:=][ \t]*+\\*+[\"']?+"
            r"(?![|>][+-]?[ \t]*$)(?P<secret>[^\r\n\"'\\]+)",
            re.IGNORECASE | re.MULTILINE,
        ),
    ),
    # Addresses that let in whoever knows them.
    Shape(
        "webhook",
        re.compile(
            r"(?:hooks\.slack\.com/(?:services|workflows|triggers)/|discord(?:app)?\.com/api/webhooks/"
            r"|\.webhook\.office\.com/|api\.telegram\.org/bot)(?P<secret>[^\s\"'<>?#]{8,512})"
        ),
    ),
    Shape("signature", re.compile(r"[?&](?:x-amz-)?sig(?:nature)?=(?P<secret>[^\s\"'<>&#]{8,512})", re.IGNORECASE)),
    Shape("bearer", re.compile(r"\b(?:bearer|basic)[ \t]+(?P<secret>[A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE)),
    Shape("password", re.compile(r"(?<!\S)(?:-u|--user)[ =][^\s:]{1,128}:(?P<secret>\S+)")),
    # Tokens that announce themselves.
    Shape(
        "token",
        re.compile(
            r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}"
            r"|sk-[\w-]{16,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{30,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{40,}"
            r"|dckr_pat_[\w-]{16,}|hv[sb]\.[\w-]{20,}|(?:sk|rk|pk)_(?:live|test)_\w{10,}|SG\.[\w-]{16,}\.[\w-]{16,})"
        ),
    ),
)

# {name: DB_PASSWORD, value: x} in running text, as YAML over two lines or as JSON.
_PAIR = re.compile(
    r"(?<![\w.-])(?:name|key)\\*[\"']?[ \t]*[:=][ \t]*\\*[\"']?(?P<name>[A-Za-z_][\w.-]{0,127})"
    r"\\*[\"']?[ \t]*,?\s{0,64}\\*[\"']?value\\*[\"']?[ \t]*[:=][ \t]*"
    r"(?P<value>(?P<open>\\*[\"'])[^\n]*?(?<!\\)(?P=open)|[^\n]+)"
)
_BASE64_LINES = re.compile(r"(?:^[ \t]*[A-Za-z0-9+/]{1,76}={0,2}[ \t]*(?:\r?\n|\Z))+", re.MULTILINE)
_PEM_LINE = re.compile(r"^[ \t]*(?=[A-Za-z0-9+/]*[G-Zg-z+/])[A-Za-z0-9+/]{64}[ \t]*\r?$", re.MULTILINE)  # no hash
_PEM_END = re.compile(r"[ \t]*-----END [A-Z0-9 ]{1,40}-----")
_NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
_LONGEST_NAME = 128
# What follows the name: `: value`, `=value`, `": "value"` (also with escaped quotes), ` value` after an option.
_IS = re.compile(r"(?:\\*[\"'])?(?P<is>[ \t]*(?:=>|:=|[=!]~|!=|[:=])[ \t]*|[ \t]+)")
_VALUE = re.compile(
    r"(?P<open>\\*[\"'])(?:(?P<quoted>[^\n]*?)(?<!\\)(?P=open)|(?P<unclosed>[^\n]+))"
    r"|[|>][+-]?[ \t]*\n(?P<block>(?P<indent>[ \t]+)[^\n]*(?:\n(?P=indent)[^\n]*)*)"
    r"|(?P<word>\S+)"
)
_FIRST_ON_LINE = re.compile(r"(?:^|\n)[ \t]*(?:-[ \t]+)?[\"']?$")


def assigned_values(text: str) -> Iterator[tuple[int, int]]:
    """Where in `text` the values stand that a sensitive name is given: `password=x`, `"token": "x"`, `--api-key x`.

    A quoted value reaches to its closing quote, an unquoted one to the next blank, or to the end of the line when
    `name:` opens the line as in YAML; a YAML block reaches as far as its indentation.
    """
    position = 0
    while found := SENSITIVE.search(text, position):
        start, end = found.span()
        while start > position and text[start - 1] in _NAME_CHARACTERS and end - start < _LONGEST_NAME:
            start -= 1
        while end < len(text) and text[end] in _NAME_CHARACTERS and end - start < _LONGEST_NAME:
            end += 1
        position = max(end, found.end())
        name = text[start:position]
        following = _IS.match(text, position)
        if following is None or not is_sensitive_name(name):
            continue
        span = _span(text, start, name, following)
        if span is not None:
            yield span
            position = span[1]


def paired_values(text: str) -> Iterator[tuple[int, int]]:
    """Where in `text` values stand whose name is given beside them: `{"name": "DB_PASSWORD", "value": "x"}`."""
    return (pair.span("value") for pair in _PAIR.finditer(text) if is_sensitive_name(pair.group("name")))


def headless_pem(text: str) -> Iterator[tuple[int, int]]:
    """Where in `text` a PEM block stands whose beginning was cut off, as the newest lines of a log have it.

    Such a block is lines of base64 before an end mark, or, without one, at least two of them 64 characters long.
    """
    for lines in _BASE64_LINES.finditer(text):
        if _PEM_END.match(text, lines.end()) or len(_PEM_LINE.findall(lines.group())) >= 2:
            yield lines.start(), lines.start() + len(lines.group().rstrip())


def _span(text: str, start: int, name: str, following: re.Match[str]) -> tuple[int, int] | None:
    """`following` is what stands between name and value. It is looked at first: a log may repeat a word endlessly."""
    assigned = following.group("is").strip()
    if not assigned and not name.startswith("-"):
        return None
    value = _VALUE.match(text, following.end())
    if value is None:
        return None
    for group in ("quoted", "unclosed", "block"):
        if value.group(group) is not None:
            return value.span(group)
    if assigned == ":" and following.group("is")[0].isspace():
        return None  # prose: `failed for volume "token" : secret "x" not found`
    first, last = value.span("word")
    if assigned == ":" and _FIRST_ON_LINE.search(text, max(0, start - _LONGEST_NAME), start):
        line_end = text.find("\n", first)
        return first, line_end if line_end >= 0 else len(text)
    return first, last
