"""Regular expressions for what a caller writes: names of pods, and texts."""

import re

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
