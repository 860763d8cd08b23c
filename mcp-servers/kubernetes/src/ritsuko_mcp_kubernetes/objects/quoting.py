"""Text that others wrote as a part of ours: shortened, and on lines of its own until it has been redacted."""

from __future__ import annotations

import re
from typing import cast

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_common.envelope import Writer

_LAST_WORD = re.compile(r"\s*\S*$")


def clipped(text: str, longest: int) -> str:
    """At most `longest` characters, cut between words: half of a URL would no longer look like one with a password."""
    if len(text) <= longest:
        return text
    return _LAST_WORD.sub("", text[: longest + 1]) + " …"


def quoted(text: str, longest: int) -> str:
    """Somebody else's words as a part of ours, clipped, on lines of their own: of `password: two words` redaction hides
    both only where a line begins with it. To show them, make them one line with `one_line`."""
    return f"\n{clipped(text, longest)}"


def one_line(text: str) -> str:
    return " ".join(text.split())


def one_line_column(column: str) -> Writer:
    """Writes rows down with the texts of a column on one line each, after redaction, which needs their lines."""

    def write(data: JsonValue) -> list[Row]:
        return [{**row, column: one_line(str(row[column]))} for row in cast("list[Row]", data)]

    return write
