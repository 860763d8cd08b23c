"""The best few of any number of matching lines."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ritsuko_mcp_logs.lines.line import Line, Origin
from ritsuko_mcp_logs.query.query import Order


class MatchKey(NamedTuple):
    """Where a line stands among all lines of all containers. The last part counts lines of the same nanosecond."""

    nanoseconds: int
    origin: Origin
    nth: int


IdentifiedLine = tuple[Hashable, Line]
"""A line and what tells it from all others of its container, so that it is shown once though two hits have it near."""


@dataclass(slots=True)
class Match:
    """A matching line and its neighbours. `after` fills up while the stream goes on."""

    key: MatchKey
    line: IdentifiedLine
    before: list[IdentifiedLine] = field(default_factory=list[IdentifiedLine])
    after: list[IdentifiedLine] = field(default_factory=list[IdentifiedLine])


class BestMatches:
    """Keeps the first `limit` hits in the requested order, of those behind the place where the page before ended."""

    def __init__(self, order: Order, limit: int, *, behind: MatchKey | None = None) -> None:
        self.order: Order = order
        self.limit = limit
        self._newest = order == "newest"
        self._behind = behind
        self._kept: list[Match] = []
        self._worst: MatchKey | None = None
        self.passed = 0
        """How many hits lay before the place."""

    @property
    def resumed(self) -> bool:
        """Whether a page came before, of which every hit has to be passed."""
        return self._behind is not None

    def wants(self, key: MatchKey) -> bool:
        """Whether a hit there would be kept for now; counts those of earlier pages."""
        if self._behind is not None and not self._goes_before(self._behind, key):
            self.passed += 1
            return False
        return self._worst is None or self._goes_before(key, self._worst)

    def add(self, hit: Match) -> None:
        """Keep it, and now and then let go of those that are out of the running."""
        self._kept.append(hit)
        if len(self._kept) >= 2 * self.limit:
            self._kept = self._best()
            self._worst = self._kept[-1].key

    def take(self) -> list[Match]:
        """The best, first things first."""
        return self._best()

    def _best(self) -> list[Match]:
        return sorted(self._kept, key=lambda hit: hit.key, reverse=self._newest)[: self.limit]

    def _goes_before(self, one: MatchKey, other: MatchKey) -> bool:
        return one > other if self._newest else one < other


def in_order(hits: Sequence[Match]) -> tuple[list[tuple[Match, Line, bool]], list[int]]:
    """Every line once, as (its hit, the line, whether it matched), neighbours around their hit in time order.

    Also, for every hit, how many lines there are up to the end of its neighbours.
    """
    matched = {(hit.key.origin, hit.line[0]) for hit in hits}
    seen: set[tuple[Origin, Hashable]] = set()
    lines: list[tuple[Match, Line, bool]] = []
    ends: list[int] = []
    for hit in hits:
        for identity, line in (*hit.before, hit.line, *hit.after):
            place = (hit.key.origin, identity)
            if place not in seen:
                seen.add(place)
                lines.append((hit, line, place in matched))
        ends.append(len(lines))
    return lines, ends
