"""How bad a log line says it is, read from the notations that are common enough to trust."""

import re
from functools import cache
from typing import Any

import re2  # pyright: ignore[reportMissingTypeStubs]

RANKS = {"debug": 0, "info": 1, "warn": 2, "error": 3, "fatal": 4}
_WORDS = {
    "debug": "trace debug dbug verbose",
    "info": "info information notice",
    "warn": "warn warning",
    "error": "err eror error severe",
    "fatal": "fatal panic crit critical alert emerg emergency",
}
_LEVELS = {word: level for level, words in _WORDS.items() for word in words.split()}
_KLOG = {b"I": "info", b"W": "warn", b"E": "error", b"F": "fatal"}
_WORD = "|".join(_LEVELS).encode()

_KLOG_LINE = re.compile(rb"([IWEF])\d{4} \d\d:\d\d:\d\d")
_FIELD = re.compile(
    rb"""(?:^|[\s,{"'])(?:level|lvl|severity|log\.level|loglevel)["']?\s*[=:]\s*["']?(""" + _WORD + rb")\b", re.I
)
# A bare word counts only in capitals or brackets, near the beginning: "no error found" is no error.
_BARE = re.compile(rb"(?:^|[\s|:\]])(?:\[\s*((?i:" + _WORD + rb"))\s*\]|(" + _WORD.upper() + rb")(?=[\s:\]|,]|$))")
_HEAD = 160

FIELDS = (
    "level", "lvl", "severity", "log.level", "detected_level", "SeverityText", "severity_text", "severityText",
    "severity.text",
)  # fmt: skip
"""What the field is called that says it, where a source keeps fields."""


def level_of(line: bytes) -> str | None:
    """debug, info, warn, error or fatal; None when the line doesn't say."""
    if klog := _KLOG_LINE.match(line):
        return _KLOG[klog[1]]
    found = _FIELD.search(line[:4096])
    word = found[1] if found else None
    if word is None and (bare := _BARE.search(line[:_HEAD])):
        word = bare[1] or bare[2]
    if word is None:
        return None
    return _LEVELS[word.decode().lower()]


@cache
def may_state(level: str) -> Any:
    """A pattern of RE2 that is found in every text with a line of at least this level in it, and in few others."""
    engine: Any = re2
    options = engine.Options()
    options.log_errors = False
    return engine.compile(statement(level), options)


def statement(level: str) -> str:
    """The same as an expression, for others to search with."""
    letters = "".join(letter.decode() for letter, name in _KLOG.items() if RANKS[name] >= RANKS[level])
    klog = rf"|[{letters}]\d{{4}} \d\d:" if letters else ""
    return rf"\b(?i:{'|'.join(words(level))})\b{klog}"


def words(level: str) -> list[str]:
    """The words for this level and those above it."""
    return [word for name, some in _WORDS.items() if RANKS[name] >= RANKS[level] for word in some.split()]


def level_named(word: str) -> str:
    """The level that a field's value names, `WARNING` or `err` as well; empty if it names none."""
    return _LEVELS.get(word.strip().lower(), "")
