"""The position of a parser error: the parser says what is wrong, but not where."""

import re

_QUOTED = re.compile(r"'([^']+)'|\"([^\"]+)\"$|(?:syntax: |for |after )(\S+)$")
_AT_THE_END = ("unclosed", "unexpected end", "invalid promql query", "no expression")


def located(promql: str, complaint: str) -> str:
    """The error as Prometheus writes it: `line:column: parse error: complaint`, at the most likely position."""
    offset = _offset(promql, complaint)
    line = promql.count("\n", 0, offset) + 1
    column = len(promql[promql.rfind("\n", 0, offset) + 1 : offset].encode()) + 1
    return f"{line}:{column}: parse error: {complaint}"


def _offset(promql: str, complaint: str) -> int:
    end = len(promql.rstrip())
    if any(words in complaint for words in _AT_THE_END):
        return end
    if "unterminated quoted string" in complaint:
        return max(promql.rfind(complaint[-1]), 0)
    if match := _QUOTED.search(complaint):
        token = next(group for group in match.groups() if group)
        # Of brackets the last one is superfluous; a wrong name is marked where it first occurs.
        found = promql.rfind(token) if len(token) == 1 and not token.isalnum() else promql.find(token)
        # `bad_query` moves one to the left of a superfluous parenthesis, because Prometheus points after it.
        return (found + ("unexpected right parenthesis" in complaint)) if found >= 0 else end
    return 0
