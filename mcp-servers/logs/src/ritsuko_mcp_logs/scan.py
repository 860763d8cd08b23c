"""One container's log, read through once: what matches goes to `Best`, the rest is counted and forgotten."""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from .hits import Best, Hit, Key, Line
from .lines import blocks, nanoseconds, readable, split
from .matching import Matcher
from .targets import Target

_LONGEST_TEXT = 2_000
# What the kubelet writes, with status 200, instead of a log that it has lost.
_NO_LOG = b"unable to retrieve container logs for "


@dataclass(slots=True)
class Progress:
    """How far the reading of one container got. `problem` says why it isn't `done`."""

    target: Target
    lines: int = 0
    matches: int = 0
    bytes: int = 0
    done: bool = False
    problem: str = ""


async def scan(
    chunks: AsyncIterator[bytes], matcher: Matcher, best: Best, progress: Progress, *, context: int, most_bytes: int
) -> None:
    """Read to the end, or until `most_bytes`; `progress` is up to date at every moment, also if this is cancelled."""
    reader = _Reader(matcher, best, progress, context)
    async for block in blocks(chunks):
        if progress.bytes == 0 and block.startswith(_NO_LOG):
            progress.problem = readable(block, 200)
            return
        if context or matcher.may_be_in(block):
            reader.read(block)
        else:
            progress.lines += block.count(b"\n")
        progress.bytes += len(block)
        if progress.bytes >= most_bytes:
            progress.problem = f"only the first {progress.bytes / 2**20:.3g} MiB were read, newer lines were not"
            return
    progress.done = True


class _Reader:
    """Looks at lines one by one and remembers the few that a hit needs around it."""

    def __init__(self, matcher: Matcher, best: Best, progress: Progress, context: int) -> None:
        self._matcher = matcher
        self._best = best
        self._progress = progress
        self._context = context
        self._before: deque[tuple[int, bytes, bytes]] = deque(maxlen=context)
        self._unfinished: list[Hit] = []
        self._moment, self._nth = 0, 0

    def read(self, block: bytes) -> None:
        """All lines of a block that ends in a newline."""
        matches = self._matcher.matches
        for raw in block[:-1].split(b"\n"):
            self._progress.lines += 1
            timestamp, text = split(raw)
            hit = self._hit(timestamp, text) if matches(text) else None
            if self._context:
                self._remember(timestamp, text, hit)

    def _hit(self, timestamp: bytes, text: bytes) -> Hit | None:
        self._progress.matches += 1
        moment = nanoseconds(timestamp) or self._moment
        self._nth = self._nth + 1 if moment == self._moment else 0
        self._moment = moment
        key = Key(moment, self._progress.target, self._nth)
        if not self._best.wants(key):
            return None
        line = _line(self._progress.lines, timestamp, text)
        hit = Hit(key, line, [_line(*earlier) for earlier in self._before])
        self._best.add(hit)
        return hit

    def _remember(self, timestamp: bytes, text: bytes, hit: Hit | None) -> None:
        number = self._progress.lines
        if self._unfinished:
            line = hit.line if hit else _line(number, timestamp, text)
            for earlier in self._unfinished:
                earlier.after.append(line)
            self._unfinished = [earlier for earlier in self._unfinished if len(earlier.after) < self._context]
        self._before.append((number, timestamp, text))
        if hit is not None:
            self._unfinished.append(hit)


def _line(number: int, timestamp: bytes, text: bytes) -> Line:
    return Line(number, nanoseconds(timestamp), readable(text, _LONGEST_TEXT))
