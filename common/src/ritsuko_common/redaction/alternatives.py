"""Many patterns as one."""

from __future__ import annotations

from collections.abc import Iterable


def by_first_letter(patterns: Iterable[str]) -> str:
    """An alternation that looks at a text's letter once, rather than once for each of the patterns."""
    grouped: dict[str, list[str]] = {}
    for pattern in patterns:
        first, rest = (pattern[0], pattern[1:]) if pattern[0].isalnum() else ("", pattern)
        grouped.setdefault(first, []).append(rest)
    return "|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in grouped.items())
