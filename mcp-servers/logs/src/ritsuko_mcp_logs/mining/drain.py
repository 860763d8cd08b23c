"""Drain, after He, Zhu, Zheng and Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree" (ICWS 2017).

Messages of equal length and with the same first word are compared word by word; those similar enough share a template,
in which the words that differ became wildcards. Two things are done otherwise than in the paper:

- Words that were masked before count neither for nor against similarity. Two messages made of numbers are not alike.
- The caller gives each different message once and in a fixed order, so groups don't depend on the order of arrival.
  And since all are known by then, `variable_words` can tell a word that varies (eight names) from one that makes
  another message (`started`, `stopped`), which lets `similarity` be high.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .masking import MASK

WILDCARD = MASK

Tokens = tuple[bytes, ...]

_VARIETY = 8


@dataclass(slots=True, eq=False)
class Template:
    """What its messages have in common, a wildcard where they differ."""

    tokens: Tokens

    def __str__(self) -> str:
        return b" ".join(self.tokens).decode(errors="replace")


def variable_words(messages: Iterable[Tokens]) -> dict[Tokens, Tokens]:
    """Each message with a wildcard for every word in whose place other messages, otherwise equal, have many others."""
    places: defaultdict[tuple[int, Tokens], set[bytes]] = defaultdict(set)
    different = list(dict.fromkeys(messages))
    for message in different:
        for index, word in enumerate(message):
            if word != MASK:
                places[index, _without(message, index)].add(word)
    variable = {place for place, words in places.items() if len(words) >= _VARIETY}
    return {
        message: tuple(
            WILDCARD if (index, _without(message, index)) in variable else word for index, word in enumerate(message)
        )
        for message in different
    }


def _without(message: Tokens, index: int) -> Tokens:
    return (*message[:index], *message[index + 1 :])


class Drain:
    """A tree of fixed depth: number of words, first word, templates. `similarity`: the least share of equal words."""

    def __init__(self, *, similarity: float = 0.8, most_first_words: int = 100, most_templates: int = 5_000) -> None:
        self._similarity = similarity
        self._most_first_words = most_first_words
        self._most_templates = most_templates
        self._leaves: defaultdict[int, dict[bytes, list[Template]]] = defaultdict(dict)
        self.templates: list[Template] = []

    def add(self, tokens: Tokens) -> Template | None:
        """The template of this message, changed or made to fit it; None if there would be too many."""
        first_words = self._leaves[len(tokens)]
        first = tokens[0] if tokens else b""
        if MASK in first or (first not in first_words and len(first_words) >= self._most_first_words):
            first = WILDCARD
        leaf = first_words.setdefault(first, [])
        best = self._most_similar(leaf, tokens)
        if best is not None:
            best.tokens = _common(best.tokens, tokens)
            return best
        if len(self.templates) >= self._most_templates:
            return None
        template = Template(tokens)
        leaf.append(template)
        self.templates.append(template)
        return template

    def _most_similar(self, leaf: list[Template], tokens: Tokens) -> Template | None:
        best, highest = None, 0.0
        for template in leaf:
            similarity = _similarity(template.tokens, tokens)
            if similarity > highest:
                best, highest = template, similarity
        return best if highest >= self._similarity else None


def _similarity(template: Tokens, tokens: Tokens) -> float:
    """The share of equal words among those that could be equal: 1 for equal messages."""
    equal = compared = 0
    for ours, theirs in zip(template, tokens, strict=True):
        if ours != theirs:
            compared += 1
        elif MASK not in ours:
            equal += 1
            compared += 1
    return equal / compared if compared else 1.0


def _common(template: Tokens, tokens: Tokens) -> Tokens:
    if template == tokens:
        return template
    return tuple(ours if ours == theirs else WILDCARD for ours, theirs in zip(template, tokens, strict=True))
