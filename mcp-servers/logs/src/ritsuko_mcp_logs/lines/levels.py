"""How bad a log line says it is, read from the notations that are common enough to trust."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import hyperscan  # pyright: ignore[reportMissingTypeStubs]

from ritsuko_mcp_logs.lines.stream import plain

RANKS = {"debug": 0, "info": 1, "warn": 2, "error": 3, "fatal": 4}
_WORDS = {
    "debug": "trace debug dbug verbose",
    "info": "info information notice",
    "warn": "warn warning",
    "error": "err eror error severe",
    "fatal": "fatal panic crit critical alert emerg emergency",
}
_LEVELS = {word: level for level, words in _WORDS.items() for word in words.split()}
# Pino's (https://github.com/pinojs/pino/blob/main/docs/api.md#level-string) and bunyan's.
_NUMBERS = {"10": "debug", "20": "debug", "30": "info", "40": "warn", "50": "error", "60": "fatal"}
_LETTERS = dict.fromkeys("TVD", "debug") | {"I": "info", "W": "warn", "E": "error"} | dict.fromkeys("FC", "fatal")
# Of .NET's console, before the category and number of an event: `fail: Shop.Orders[13]`.
_SHORT = {"trce": "debug", "dbug": "debug", "info": "info", "warn": "warn", "fail": "error", "crit": "fatal"}
_WORD = "|".join(_LEVELS).encode()

_LETTER = re.compile(
    rb"""([IWEF])\d{4}\ \d\d:\d\d:\d\d                              # klog
    | [\d\s:.,/+TZ[\]-]*?\[([TDIWEFC])(?:\]\s|\ \d{4})              # 12:00:00 [E] and Tornado's [E 260102 12:00:00
    | ([VDIWEF])/[\w.-]{2,64}(?:\(\s*\d+\))?:                      # logcat; I/O: is none
    """,
    re.VERBOSE,
)
_FIELD = re.compile(
    rb"""(?:^|[\s,{"'])(?:level|lvl|severity(?:[._]?text)?|log\.level|loglevel)["']?\s*[=:]\s*["']?(%b)\b""" % _WORD,
    re.I,
)
# At the beginning, or behind a time.
_CATEGORY = re.compile(rb"(?:[^a-z]{0,40}[\d\]Z]\s)?(%b): [\w.+`]+\[\d+\](?:\s|$)" % "|".join(_SHORT).encode())
# At the top of the record: what is inside of it may have a level too, like the player of a game.
_NUMBER = re.compile(rb'[^{}]{0,160}+\{[^{}]*?"level"\s*:\s*([1-6]0)\s*[,}]')
# In any case a word counts only at the very beginning, and if something is said: `error: nil` is not an error.
_FIRST = re.compile(
    rb"""(?:((?i:err|error|severe|fatal|panic|critical|warn|warning|notice|info|debug))(?:\ error)?
    | \S{1,40}:\ ((?i:error|fatal|panic))):\s+(?!(?:0|(?i:nil|null|none|false)|<nil>)\W*$)(?=\S)""",
    re.VERBOSE,
)
# Anywhere near it, in capitals or brackets: "no error found" is not an error.
_BARE = re.compile(
    rb"(?:^|[\s|:\]])(?:\[\s*((?i:%b))\s*\]|<((?i:%b))>(?=\s+\S)|[(*]{0,2}(%b)(?=[\s:\]|,)*!/]|$))"
    % (_WORD, _WORD, _WORD.upper())
)
_NUMBERED = re.compile(rb'"level"\s*:\s*([1-6]0)(\s*[,}])')
_COLOUR = r"\x1b\[[0-9;?]*[ -/]*[@-~]"
_HEAD = 160
_FAR = 4096

FIELDS = (
    "level", "lvl", "severity", "log.level", "SeverityText", "severity_text", "severityText",
    "severity.text",
)  # fmt: skip
"""What the field is called that says it, where a source keeps fields."""
SEVERITY_NUMBERS = ("severity_number", "SeverityNumber", "severityNumber", "severity.number")
"""And what OpenTelemetry's number is called, which says it where no word does."""
# https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber
_SEVERITIES = ("debug", "debug", "info", "warn", "error", "fatal")
_NUMBERS_OF_A_SEVERITY = 4


def level_of(line: bytes) -> str | None:
    """debug, info, warn, error or fatal; None when the line doesn't say."""
    line = plain(line)
    head = line[:_HEAD]
    if letter := _LETTER.match(head):
        return _LETTERS[_group(letter)]
    if category := _CATEGORY.match(head):
        return _SHORT[_group(category)]
    far = line[:_FAR]
    field = _FIELD.search(far)
    number = _NUMBER.match(far) if b'"level"' in far else None
    if number and (field is None or number.start(1) < field.start(1)):
        return _NUMBERS[_group(number)]
    found = field or _FIRST.match(head) or _BARE.search(head)
    return _LEVELS[_group(found).lower()] if found else None


def _group(found: re.Match[bytes]) -> str:
    return found[found.lastindex or 0].decode()


class Statements:
    """Where texts state at least this level: in every line that does, and in few others.

    Vectorscan looks for all notations of a level at once, four times as fast as RE2.
    """

    def __init__(self, level: str) -> None:
        engine: Any = hyperscan
        self._database = engine.Database(mode=engine.HS_MODE_BLOCK)
        self._database.compile(expressions=[statement(level).encode()], ids=[0], elements=1, flags=[0])

    def places(self, text: bytes) -> list[int]:
        """Places within the lines, in order; several of a line, it may be."""
        found: list[int] = []

        def see(_id: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append(end - 1)

        self._database.scan(text, match_event_handler=see)
        return found


@cache
def statements(level: str) -> Statements:
    """The same for the same level."""
    return Statements(level)


def statement(level: str) -> str:
    """The same as an expression, for others to search with: they keep lines with their colour codes."""
    some = letters(level)
    return (
        rf"(?:\b|{_COLOUR})(?i:{'|'.join(words(level))})\b"
        rf'|"level"\s*:\s*(?:{"|".join(numbers(level))})\b'
        rf"|(?:{'|'.join(shorts(level))})(?:{_COLOUR})*: [\w.+`]+\["
        rf"|[{some}]\d{{4}} \d\d:|\[(?:{_COLOUR})*[{some}][\] \x1b]|[{some}]/[\w.-]"
    )


def signs(level: str) -> list[str]:
    """The same as expressions for plain texts, of which one is in every line of at least this level; for engines that
    are quick to find texts, and slow with anything else.

    Of klog's letter and date the months of a year are known, of a number in JSON at most one blank around its colon.
    """
    some = words(level)
    return [
        *(f"(?i:{word})" for word in some if not any(other in word for other in some if other != word)),
        *(f"{short}{behind}" for short in shorts(level) for behind in (": ", "\x1b")),
        *(f"{letter}{tens}" for letter in letters(level) for tens in "01"),
        *(rf"\[{letter}{behind}" for letter in letters(level) for behind in (r"\]", " ", "\x1b")),
        "\\[\x1b",
        *(f"{letter}/" for letter in letters(level)),
        *(
            f'"level"{before}:{behind}{number}'
            for number in numbers(level)
            for before in ("", " ")
            for behind in ("", " ")
        ),
    ]


def shorts(level: str) -> list[str]:
    """What .NET's console calls this level and those above it."""
    return [short for short, name in _SHORT.items() if RANKS[name] >= RANKS[level]]


def words(level: str) -> list[str]:
    """The words for this level and those above it."""
    return [word for name, some in _WORDS.items() if RANKS[name] >= RANKS[level] for word in some.split()]


def names(level: str) -> list[str]:
    """What just this level is called as a field's value."""
    return [*_WORDS[level].split(), *(number for number, name in _NUMBERS.items() if name == level)]


def numbers(level: str) -> list[str]:
    """The numbers for it and those above, as pino and bunyan write them."""
    return [number for number, name in _NUMBERS.items() if RANKS[name] >= RANKS[level]]


def letters(level: str) -> str:
    """The letters for it and those above: of klog, of logcat, in brackets."""
    return "".join(letter for letter, name in _LETTERS.items() if RANKS[name] >= RANKS[level])


def level_named(word: str) -> str:
    """The level that a field's value names, `WARNING`, `err` or 50 as well; empty if it names none."""
    word = word.strip().lower()
    return _LEVELS.get(word) or _NUMBERS.get(word, "")


def level_in(fields: Mapping[str, str]) -> str:
    """The level that fields kept beside a line say; empty if they say none."""
    for name in FIELDS:
        if level := level_named(fields.get(name, "")):
            return level
    for name in SEVERITY_NUMBERS:
        number = fields.get(name, "")
        if re.fullmatch("[1-9]|1[0-9]|2[0-4]", number):
            return _SEVERITIES[(int(number) - 1) // _NUMBERS_OF_A_SEVERITY]
    return ""


def level_field_values(level: str) -> list[tuple[Sequence[str], list[str]]]:
    """Fields and the values by which they say this level or one above it; those of words in any case."""
    lowest = _SEVERITIES.index(level) * _NUMBERS_OF_A_SEVERITY + 1
    highest = len(_SEVERITIES) * _NUMBERS_OF_A_SEVERITY
    return [
        (FIELDS, [*words(level), *numbers(level)]),
        (SEVERITY_NUMBERS, [str(number) for number in range(lowest, highest + 1)]),
    ]


def named_in_words(data: bytes) -> bytes:
    """The same lines with words for levels that are numbers, so that they differ in more than a number."""
    if b'"level"' not in data:
        return data
    return _NUMBERED.sub(lambda found: b'"level":"%b"%b' % (_NUMBERS[found[1].decode()].encode(), found[2]), data)
