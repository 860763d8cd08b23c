"""Names, as people type them: found in spite of case and dashes, and guessed at when misspelt."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def folded(name: str) -> str:
    """A name without what people mistype: `labelSelector`, `label-selector` and `LABEL_SELECTOR` are one."""
    return _CAMEL.sub("_", name).replace("-", "_").casefold()


def find(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that is meant: exactly so written, or else the only one that differs in case and dashes."""
    candidates = list(names)
    if name in candidates:
        return name
    same = [candidate for candidate in candidates if folded(candidate) == folded(name)]
    return same[0] if len(same) == 1 else None


def nearest(name: str, names: Iterable[str], *, cutoff: float = 0.6, limit: int = 3) -> list[str]:
    """The names that look most like a misspelt one, best first."""
    by_folded = {folded(candidate): candidate for candidate in names}
    # Comparing takes time that grows with the length, and nothing this long is near to a name.
    close = difflib.get_close_matches(folded(name)[:64], by_folded, n=limit, cutoff=cutoff)
    return [by_folded[match] for match in close]
