"""Did you mean?"""

from __future__ import annotations

from collections.abc import Iterable

from ritsuko_common.nearest import nearest


def suggestion(word: str, known: Iterable[str]) -> str:
    """ "Did you mean a, b?" or, when nothing is close, nothing."""
    names = nearest(word, known)
    return f"Did you mean {', '.join(names)}?" if names else ""
