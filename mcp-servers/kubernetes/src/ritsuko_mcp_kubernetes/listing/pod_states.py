"""Lists of pods by how they are, from the columns that kubectl prints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from ritsuko_api.envelope import Row

_READY = re.compile(r"(\d+)/(\d+)")
_ENDED_WELL = frozenset({"Completed", "Succeeded"})


def counted(rows: Sequence[Row]) -> str:
    """`4,900 Running, 60 Pending, 40 CrashLoopBackOff`, the most frequent first; running but not ready apart."""
    states = Counter(_state(row) for row in rows)
    return ", ".join(f"{count:,} {state}" for state, count in states.most_common())


def worst_first(rows: Sequence[Row]) -> list[Row]:
    """Broken ones, then those that are not ready, then the rest; each as they were."""
    return sorted(rows, key=_rank)


def _state(row: Row) -> str:
    status = str(row.get("STATUS"))
    return status if status != "Running" or _all_ready(row) else "Running but not ready"


def _rank(row: Row) -> int:
    status = str(row.get("STATUS"))
    if status in _ENDED_WELL:
        return 3
    if status != "Running":
        return 0
    return 2 if _all_ready(row) else 1


def _all_ready(row: Row) -> bool:
    match = _READY.fullmatch(str(row.get("READY")))
    return match is None or match[1] == match[2]
