"""Regular expressions for what a caller writes: names of pods, and texts."""

import re
from typing import Any, Protocol, cast

import re2  # pyright: ignore[reportMissingTypeStubs]

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.query.query import Query

_KIND = re.compile(
    r"(?:(pods?|po)|deployments?|deploy|statefulsets?|sts|daemonsets?|ds|replicasets?|rs|jobs?|cronjobs?|cj)(?:\.[\w.]+)?/(.+)",
    re.IGNORECASE,
)
PLAIN = re.compile(r"[\w.:/-]+", re.ASCII)
"""Values that stand in a line's text as they are: nothing in them is escaped."""
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")


def pods_named(written: str) -> str:
    """The pods that a caller means, as `Query.pod` has it: `deploy/web` stands for `web-*`, `pod/web-1` for `web-1`."""
    of_kind = _KIND.fullmatch(written.strip())
    if of_kind is None:
        return written
    return of_kind[2] if of_kind[1] else f"{of_kind[2].removesuffix('*').removesuffix('-')}-*"


def pod_pattern(wanted: str) -> str:
    """A regular expression for a whole pod name: the name, its beginning, or a pattern with `*`.

    `db-1` means `db-1` and `db-1-x`, not `db-10`.
    """
    if "*" in wanted:
        return ".*".join(literal(part) for part in wanted.split("*"))
    return literal(wanted) + ("([^0-9].*)?" if wanted[-1:].isdigit() else ".*")


def expression(text: str, query: Query) -> str:
    """A regular expression (RE2) for a text that a query looks for, read as the query says."""
    written = text if query.regex else literal(text)
    return written if query.case_sensitive else f"(?i){written}"


def literal(text: str) -> str:
    """A regular expression (RE2) that matches just this text."""
    return _SPECIAL.sub(r"\\\g<0>", text)


_MOST_PROGRAM_BYTES = 8 * 2**20


class Pattern(Protocol):
    """A compiled expression."""

    def search(self, text: bytes, pos: int = ..., endpos: int = ...) -> "_Match | None": ...


class _Match(Protocol):
    def start(self) -> int: ...


def compiled(text: str, *, literal: bool, case_sensitive: bool) -> Pattern:
    """A pattern of RE2. Raises ToolFailure for an expression that isn't one."""
    engine: Any = re2
    options = engine.Options()
    options.case_sensitive = case_sensitive
    options.literal = literal
    options.log_errors = False
    options.max_mem = _MOST_PROGRAM_BYTES
    try:
        return cast(Pattern, engine.compile(text, options))
    except engine.error as error:
        raise ToolFailure(
            f"{text!r} is not a regular expression (RE2): {_complaint(error)}",
            "Escape literal characters with \\, or omit regex to search for the text as is.",
        ) from error


def _complaint(error: Exception) -> str:
    detail = error.args[0] if error.args else ""
    return detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
