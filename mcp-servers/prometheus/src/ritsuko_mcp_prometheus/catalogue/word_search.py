"""Metric families ranked by the words in a search text, without I/O."""

import re
from collections.abc import Iterable, Sequence

from ritsuko_mcp_prometheus.catalogue.families import Family

_WORD = re.compile(r"[a-z0-9]+")
# Words that people use, and those in metric names.
_SYNONYMS = {
    "latency": ("duration", "response_time"),
    "slow": ("duration", "latency"),
    "duration": ("latency",),
    "error": ("fail",),
    "failure": ("error", "failed"),
    "ram": ("memory",),
    "disk": ("filesystem",),
    "traffic": ("request", "bytes"),
    "crash": ("restart",),
}


def ranked(words: str, known: Iterable[Family]) -> list[Family]:
    """Families that contain every word: most whole words of the name first, then shorter names."""
    wanted = words_of(words)
    scored: list[tuple[int, int, str, Family]] = []
    for one in known:
        if (score := _score(wanted, one)) is not None:
            scored.append((-score, len(one.name) if wanted else 0, one.name, one))
    return [one for *_, one in sorted(scored, key=lambda item: item[:3])]


def _score(wanted: Sequence[str], one: Family) -> int | None:
    name, text = one.name.lower(), one.help.lower()
    parts = set(words_of(name.replace("_", " ")))
    score = 0
    for word in wanted:
        stem = word.rstrip("s") or word
        if word in parts or stem in {part.rstrip("s") for part in parts}:
            score += 4
        elif stem in name or any(stem in member for member in one.members):
            score += 3
        elif any(other in name for other in _SYNONYMS.get(stem, ())):
            score += 2
        elif stem in text:
            score += 1
        else:
            return None
    return score


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return _WORD.findall(text.lower())
