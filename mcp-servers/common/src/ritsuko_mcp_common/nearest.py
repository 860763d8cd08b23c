"""Did you mean?"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], *, limit: int = 3) -> list[str]:
    """The known names closest to `word`, best first; none when nothing is close."""
    lowered = {name.lower(): name for name in known}
    close = difflib.get_close_matches(word.lower()[:200], lowered, n=limit, cutoff=0.6)
    return [lowered[name] for name in close]


def suggestion(word: str, known: Iterable[str]) -> str:
    """ "Did you mean a, b?" or, when nothing is close, nothing."""
    names = nearest(word, known)
    return f"Did you mean {', '.join(names)}?" if names else ""
