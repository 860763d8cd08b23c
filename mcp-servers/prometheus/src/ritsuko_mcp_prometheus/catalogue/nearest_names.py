"""The existing metric names nearest to one that does not exist."""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping

_ALIKE = 0.75
_MISSPELT = 0.8


def nearest_names(wanted: str, existing: Iterable[str], count: int = 5) -> list[str]:
    """The existing names most similar to a name, by spelling and by shared or similar words, best first."""
    known = {name: _stems(name) for name in existing}
    words = _alike(_stems(wanted), {stem for stems in known.values() for stem in stems})
    scored: list[tuple[float, str]] = []
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted.lower())
    for name, stems in known.items():
        shared = _shared_words(words, stems)
        matcher.set_seq1(name.lower())
        spelling = matcher.ratio() if shared or matcher.quick_ratio() > 0.7 else 0.0
        score = max(spelling if spelling > 0.7 else 0.0, shared + spelling * 0.25)
        if score >= 0.3:
            scored.append((score, name))
    return [name for _, name in sorted(scored, key=lambda item: (-item[0], len(item[1]), item[1]))[:count]]


def _stems(name: str) -> set[str]:
    """Its words, without a plural s."""
    return {word.rstrip("s") or word for word in re.split(r"[^a-z0-9]+", name.lower()) if word}


def _alike(words: Iterable[str], known: Collection[str]) -> dict[str, set[str]]:
    """For each word itself if it is known, otherwise known words with a similar spelling."""
    return {
        word: {word} if word in known else set(difflib.get_close_matches(word, known, n=5, cutoff=_ALIKE))
        for word in words
    }


def _shared_words(wanted: Mapping[str, set[str]], stems: set[str]) -> float:
    """0 to 0.75: the share of the words that the name has; words with a similar spelling count a little less."""
    found = [1.0 if word in stems else _MISSPELT if likes & stems else 0.0 for word, likes in wanted.items()]
    return 0.75 * sum(found) / max(len(found), 1)
