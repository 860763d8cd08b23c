"""How often, when and where records of one message were seen."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.lines.stream import nanoseconds, split

_MOST_SECONDS = 10_000
_LONGEST_LINE = 2_000
_LONGEST_EXAMPLE = 8_000


@dataclass(frozen=True, slots=True)
class Spans:
    """One or more windows of time (Unix seconds), in their order, each cut into so many equal spans to count in."""

    windows: tuple[tuple[float, float], ...]
    count: int

    def index(self, second: float) -> int:
        """In which of all spans a moment lies; one outside counts for the nearest span before."""
        number = max(sum(since <= second for since, _ in self.windows) - 1, 0)
        since, until = self.windows[number]
        place = int((second - since) * self.count / (until - since))
        return number * self.count + min(max(place, 0), self.count - 1)


class Clock:
    """When lines were written. They come in bursts, so most seconds were just asked for."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans
        self._known: dict[bytes, tuple[int, int]] = {}

    def read(self, raw: bytes) -> tuple[int, int]:
        """The Unix second (0 without a timestamp) and the span in which a line with its timestamp was written."""
        key = raw[:19] if raw.find(b"Z ", 19, 31) > 0 else split(raw)[0]
        return self._known.get(key) or self._learn(key, raw)

    def _learn(self, key: bytes, raw: bytes) -> tuple[int, int]:
        if len(self._known) >= _MOST_SECONDS:
            self._known.clear()
        second = nanoseconds(split(raw)[0]) // 10**9
        self._known[key] = found = second, self._spans.index(second)
        return found


@dataclass(frozen=True, slots=True)
class Example:
    """A record as it was written: its lines with their timestamps, of a long one the beginning and the end."""

    origin: Origin
    raws: Sequence[bytes]

    @classmethod
    def of(cls, origin: Origin, raws: Sequence[bytes]) -> "Example":
        """An example of bounded size."""
        if len(raws) == 1 and len(raws[0]) <= _LONGEST_LINE:
            return cls(origin, raws)
        lines = [_cut(raw) for raw in raws]
        while sum(map(len, lines)) > _LONGEST_EXAMPLE:
            del lines[len(lines) // 2]
        return cls(origin, lines)

    @property
    def lines(self) -> list[bytes]:
        """Without the timestamps."""
        return [split(raw)[1] for raw in self.raws]


@dataclass(slots=True, eq=False)
class Occurrences:
    """Counts of one sort of record. Times are Unix seconds."""

    level: str
    is_error: bool
    first: Example
    last: Example
    first_second: int
    last_second: int
    spans: dict[int, int] = field(default_factory=dict[int, int])
    """How many by span of time."""
    origins: dict[int, int] = field(default_factory=dict[int, int])
    """How many by container, of which each has a number."""

    @property
    def count(self) -> int:
        """How many records."""
        return sum(self.spans.values())

    def counts_by_span(self, spans: Spans, window: int = 0) -> list[int]:
        """The counts of one window, span by span."""
        first = window * spans.count
        return [self.spans.get(index, 0) for index in range(first, first + spans.count)]

    @property
    def busiest(self) -> list[tuple[int, int]]:
        """Containers with their counts, those with the most first."""
        return sorted(self.origins.items(), key=lambda one: (-one[1], one[0]))

    def see(self, second: int, origin: Origin, raws: Sequence[bytes]) -> None:
        """Remember a record if it is the first or the last so far."""
        if second >= self.last_second:
            self.last, self.last_second = Example.of(origin, raws), second
        elif second < self.first_second:
            self.first, self.first_second = Example.of(origin, raws), second

    def absorb(self, other: "Occurrences") -> None:
        """Count what the other counted as well."""
        self.is_error = self.is_error or other.is_error
        for mine, theirs in ((self.spans, other.spans), (self.origins, other.origins)):
            for key, count in theirs.items():
                mine[key] = mine.get(key, 0) + count
        if other.first_second < self.first_second:
            self.first, self.first_second = other.first, other.first_second
        if other.last_second > self.last_second:
            self.last, self.last_second = other.last, other.last_second


def _cut(raw: bytes) -> bytes:
    """At a blank: half a word may be half a secret, which nobody knows as one."""
    return raw if len(raw) <= _LONGEST_LINE else raw[:_LONGEST_LINE].rpartition(b" ")[0] + " …".encode()


def total(tallies: Sequence[Occurrences]) -> Occurrences:
    """All of them, at least one, as one."""
    first = tallies[0]
    whole = Occurrences(
        first.level, first.is_error, first.first, first.last, first.first_second, first.last_second,
        first.spans.copy(), first.origins.copy(),
    )  # fmt: skip
    for other in tallies[1:]:
        whole.absorb(other)
    return whole
