"""What was read, looked through once: what matches goes to `BestMatches`, the rest is counted and forgotten."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from ritsuko_mcp_logs.lines.line import Batch, Line, Origin
from ritsuko_mcp_logs.lines.stream import split
from ritsuko_mcp_logs.search.matcher import Matcher
from ritsuko_mcp_logs.search.ranking import BestMatches, IdentifiedLine, Match, MatchKey


@dataclass(slots=True)
class _Stream:
    """Where the reading of one container stands. Only a search with context keeps lines."""

    lines: int = 0
    moment: int = 0
    nth: int = 0
    newest: bytes = b""
    tail: list[bytes] = field(default_factory=list[bytes])
    unfinished: list[Match] = field(default_factory=list[Match])


class Scan:
    """Takes batches as they come, of any number of containers in turn."""

    def __init__(self, matcher: Matcher, best: BestMatches, *, context: int) -> None:
        self._matcher = matcher
        self._best = best
        self._context = context
        # Where every line matches, only the last ones of each container can be among the newest.
        self._newest_of_all = matcher.wants_all and best.order == "newest" and not best.resumed and not context
        self._streams: defaultdict[Origin, _Stream] = defaultdict(_Stream)
        self.matches = 0
        """Matching lines so far."""

    def take(self, batch: Batch) -> None:
        """Look through the next lines of a container."""
        stream = self._streams[batch.origin]
        if stream.unfinished:
            self._finish(stream, batch.origin, batch.data)
        if self._newest_of_all and not batch.fields:
            self.matches += batch.count
            stream.newest = _end(stream.newest + batch.data, self._best.limit)
            return
        self._look_through(stream, batch)

    def finish(self) -> None:
        """Say that no batch follows."""
        for origin, stream in self._streams.items():
            if stream.newest:
                self.matches -= stream.newest.count(b"\n")
                self._look_through(stream, Batch(origin, stream.newest))

    def _look_through(self, stream: _Stream, batch: Batch) -> None:
        data = batch.data
        counted = 0
        number = stream.lines
        for start, end, line in self._matcher.find(batch):
            self.matches += 1
            moment = line.nanoseconds or stream.moment
            stream.nth = stream.nth + 1 if moment == stream.moment else 0
            stream.moment = moment
            key = MatchKey(moment, batch.origin, stream.nth)
            if not self._best.wants(key):
                continue
            if not self._context:
                self._best.add(Match(key, (self.matches, line)))
                continue
            number += data.count(b"\n", counted, start)
            counted = start
            self._best.add(self._with_neighbours(stream, key, number, line, data, start, end))
        if self._context:
            stream.lines += batch.count
            stream.tail = [*stream.tail, *data[:-1].rsplit(b"\n", self._context)[-self._context :]][-self._context :]

    def _with_neighbours(
        self, stream: _Stream, key: MatchKey, number: int, line: Line, data: bytes, start: int, end: int
    ) -> Match:
        earlier = data[: start - 1].rsplit(b"\n", self._context)[-self._context :] if start else []
        before = [*stream.tail, *earlier][-self._context :]
        hit = Match(key, (number, line), _placed(key.origin, before, number - len(before)))
        hit.after = _placed(key.origin, _first(data[end + 1 :], self._context), number + 1)
        if len(hit.after) < self._context:
            stream.unfinished.append(hit)
        return hit

    def _finish(self, stream: _Stream, origin: Origin, data: bytes) -> None:
        following = _placed(origin, _first(data, self._context), stream.lines)
        for hit in stream.unfinished:
            hit.after += following[: self._context - len(hit.after)]
        stream.unfinished = [hit for hit in stream.unfinished if len(hit.after) < self._context]


def _end(data: bytes, count: int) -> bytes:
    """The last so many lines, and those before them of the same moment: such are distinguished by their number."""
    kept = b"\n".join(data[:-1].rsplit(b"\n", count)[-count:]) + b"\n"
    while (start := len(data) - len(kept)) > 0:
        before = data.rfind(b"\n", 0, start - 1) + 1
        if split(data[before:start])[0] != split(kept[: kept.find(b"\n")])[0]:
            break
        kept = data[before:]
    return kept


def _first(data: bytes, count: int) -> list[bytes]:
    """The first so many of the whole lines in `data`."""
    return data.split(b"\n", count)[: min(count, data.count(b"\n"))]


def _placed(origin: Origin, raws: Iterable[bytes], number: int) -> list[IdentifiedLine]:
    return [(number + index, Line(origin, *split(raw))) for index, raw in enumerate(raws)]
