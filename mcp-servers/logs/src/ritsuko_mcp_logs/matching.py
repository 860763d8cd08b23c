"""Which lines a search wants."""

from typing import Any, Protocol, cast

import re2  # pyright: ignore[reportMissingTypeStubs]

from ritsuko_mcp_common.errors import ToolFailure

from .levels import RANKS, level_of

_MOST_PROGRAM_BYTES = 8 * 2**20


class _Pattern(Protocol):
    def search(self, text: bytes) -> object | None: ...


class Matcher:
    """Text (or a regular expression) and a least level; an empty text wants every line.

    Regular expressions are RE2's: linear in the length of a line, so none that a caller thinks of hangs the server.
    Raises ToolFailure for an expression that isn't one.
    """

    def __init__(self, text: str, *, regex: bool, level: str, case_sensitive: bool) -> None:
        self._rank = RANKS[level] if level else None
        self._needle = b""
        self._folded = not case_sensitive
        self._pattern: _Pattern | None = None
        if text and (regex or (self._folded and not text.isascii())):
            self._pattern = _compiled(text, literal=not regex, case_sensitive=case_sensitive)
        else:
            self._needle = text.encode() if case_sensitive else text.lower().encode()

    @property
    def wants_all(self) -> bool:
        """Whether every line is wanted."""
        return not self._needle and self._pattern is None and self._rank is None

    def may_be_in(self, block: bytes) -> bool:
        """False if no line of the block can match: most blocks of most logs need no closer look."""
        return self._needle in (block.lower() if self._folded else block) if self._needle else True

    def matches(self, line: bytes) -> bool:
        """Whether this line (without its timestamp) is wanted."""
        if self._needle and self._needle not in (line.lower() if self._folded else line):
            return False
        if self._pattern is not None and self._pattern.search(line) is None:
            return False
        if self._rank is None:
            return True
        level = level_of(line)
        return level is not None and RANKS[level] >= self._rank


def _compiled(text: str, *, literal: bool, case_sensitive: bool) -> _Pattern:
    engine: Any = re2
    options = engine.Options()
    options.case_sensitive = case_sensitive
    options.literal = literal
    options.log_errors = False
    options.max_mem = _MOST_PROGRAM_BYTES
    try:
        return cast(_Pattern, engine.compile(text, options))
    except engine.error as error:
        raise ToolFailure(
            f"{text!r} is not a regular expression (RE2): {_complaint(error)}",
            "Escape what is meant literally with \\, or leave regex out to search for the text as it stands.",
        ) from error


def _complaint(error: Exception) -> str:
    detail = error.args[0] if error.args else ""
    return detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
