"""Drain, after He, Zhu, Zheng and Lyu, "Drain: An Online Log Parsing Approach with Fixed Depth Tree" (ICWS 2017).

Messages of equal length and with the same first word are compared word by word; those similar enough share a template,
in which the words that differ became wildcards. Two things are done otherwise than in the paper:

- Words that were masked before count neither for nor against similarity. Two messages made of numbers are not similar.
- The caller gives each different message once and in a fixed order, so groups don't depend on the order of arrival.
  And since all are known by then, `variable_words` can tell a word that varies (eight names) from one that makes
  another message (`started`, `stopped`), which lets `similarity` be high.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import eq
from typing import NamedTuple

from ritsuko_mcp_logs.mining.masking import MASK, constant

WILDCARD = MASK

Tokens = tuple[bytes, ...]

_VARIETY = 8
_MOST_TEMPLATES = 5_000


class Message(NamedTuple):
    """The words of a message, and where a stack trace was raised. Those of two places never share a template."""

    words: Tokens
    place: bytes = b""


@dataclass(slots=True, eq=False)
class Template:
    """What its messages have in common, a wildcard where they differ."""

    words: Tokens
    place: bytes


def variable_words(messages: Iterable[Message]) -> dict[Message, Message]:
    """Each message with a wildcard for every word in whose place other messages, otherwise equal, have many others."""
    different = list(dict.fromkeys(messages))
    # Different messages that are equal but for one place differ in that place: to count them is to count its words.
    counts = Counter(rest for message in different for rest in _rests(message))
    return {message: _general(message, counts) for message in different}


def _general(message: Message, counts: Mapping[int, int]) -> Message:
    pairs = zip(message.words, _rests(message), strict=True)
    words = tuple(WILDCARD if counts[rest] >= _VARIETY else word for word, rest in pairs)
    # Eight messages of one word each have nothing in common.
    return message._replace(words=words) if constant(b" ".join(words)) else message


def _rests(message: Message) -> list[int]:
    """For each word a hash of its place and of all that is around it; kept small, since there may be a million."""
    hashes = [hash(pair) for pair in enumerate(message.words)]
    around = sum(hashes)
    kind = hash((len(hashes), message.place))
    return [hash((place, around - own, kind)) for place, own in enumerate(hashes)]


class Drain:
    """A tree of fixed depth: number of words (and place), first word, templates.

    `similarity` is the least share of equal words.
    """

    def __init__(self, *, similarity: float = 0.8, most_first_words: int = 100, most_in_leaf: int = 100) -> None:
        self._similarity = similarity
        self._most_first_words = most_first_words
        self._most_in_leaf = most_in_leaf
        self._leaves: defaultdict[tuple[int, bytes], dict[bytes, list[Template]]] = defaultdict(dict)
        self.templates: list[Template] = []

    def add(self, message: Message) -> Template | None:
        """The template of this message, changed or made to fit it; None if there would be too many."""
        words = message.words
        first_words = self._leaves[len(words), message.place]
        first = words[0] if words else b""
        if MASK in first or (first not in first_words and len(first_words) >= self._most_first_words):
            first = WILDCARD
        leaf = first_words.setdefault(first, [])
        best = self._most_similar(leaf, words)
        if best is not None:
            best.words = _common(best.words, words)
            return best
        if len(self.templates) >= _MOST_TEMPLATES or len(leaf) >= self._most_in_leaf:
            return None
        template = Template(words, message.place)
        leaf.append(template)
        self.templates.append(template)
        return template

    def _most_similar(self, leaf: list[Template], words: Tokens) -> Template | None:
        best, highest = None, 0.0
        # Similarity is at most the share of equal words, masked ones included, which is cheaper to know.
        equal = self._similarity * len(words)
        for template in leaf:
            if sum(map(eq, template.words, words)) < equal:
                continue
            similarity = _similarity(template.words, words)
            if similarity > highest:
                best, highest = template, similarity
        return best if highest >= self._similarity else None


def _similarity(template: Tokens, words: Tokens) -> float:
    """The share of equal words among those that could be equal: 1 for equal messages."""
    equal = compared = 0
    for ours, theirs in zip(template, words, strict=True):
        if ours != theirs:
            compared += 1
        elif MASK not in ours:
            equal += 1
            compared += 1
    return equal / compared if compared else 1.0


def _common(template: Tokens, words: Tokens) -> Tokens:
    if template == words:
        return template
    return tuple(ours if ours == theirs else WILDCARD for ours, theirs in zip(template, words, strict=True))
