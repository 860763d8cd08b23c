"""Which lines are errors: those whose level says so, and those that state no level but look like one."""

import re

from ritsuko_mcp_logs.lines.levels import RANKS

_ERROR_PATTERN = re.compile(
    rb"""\b(?:panic|segfault|segmentation\ fault|core\ dumped|[Uu]ncaught|[Uu]nhandled|FATAL)\b
    | \b(?:out\ of\ memory|OOMKilled|panicked\ at)\b
    | \bTraceback\ \(most\ recent\ call\ last\)
    | (?:^|[\s:\[("'])(?:[\w$]+\.)*[A-Z][\w$]*(?:Exception|Error)(?:$|[\s:,;)\]"'])
    | ^\W*(?i:error|fatal|panic|failure|failed|exception)\b[\s:\]]
    | ^(?:fail|crit):\ \S                                           # .NET
    | ^\S{1,40}:\ (?i:error|fatal|panic):\s
    """,
    re.VERBOSE,
)


def is_error(level: str, text: bytes) -> bool:
    """Whether a line with this level (empty: it states none) and text tells of an error."""
    if level:
        return RANKS[level] >= RANKS["error"]
    return _ERROR_PATTERN.search(text) is not None
