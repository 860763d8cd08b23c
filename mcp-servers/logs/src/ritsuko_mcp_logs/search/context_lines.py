"""The lines around a hit, asked of a source that gave the hit alone."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

from ritsuko_mcp_logs.lines.line import Line
from ritsuko_mcp_logs.query.query import Order, Query
from ritsuko_mcp_logs.search.ranking import IdentifiedLine, Match
from ritsuko_mcp_logs.sources.coverage import Coverage
from ritsuko_mcp_logs.sources.source import Source

_AT_ONCE = 8
_REACH_SECONDS = 3600.0


async def add_context(source: Source, hits: Sequence[Match], count: int) -> None:
    """Give each hit the `count` lines of its container before and after it, of at most an hour."""
    slots = asyncio.Semaphore(_AT_ONCE)

    async def look(hit: Match) -> None:
        line = hit.line[1]
        after_it = (line.nanoseconds // 1000 + 1) / 1e6
        async with slots:
            until_it = await _lines(source, line, after_it - _REACH_SECONDS, after_it, "newest", count + 1)
            following = await _lines(source, line, after_it, after_it + _REACH_SECONDS, "oldest", count)
        lines = [*until_it, *following]
        place = max((index for index, other in enumerate(until_it) if _identity(other) == _identity(line)), default=-1)
        hit.line = _placed(line)
        if place >= 0:
            hit.before = [_placed(other) for other in lines[max(0, place - count) : place]]
            hit.after = [_placed(other) for other in lines[place + 1 : place + 1 + count]]

    await asyncio.gather(*map(look, hits))


async def _lines(source: Source, line: Line, since: float, until: float, order: Order, limit: int) -> list[Line]:
    """Oldest first."""
    query = Query(since=since, until=until, origin=line.origin, order=order, limit=limit)
    async with aclosing(source.read(query, Coverage())) as batches:
        return [found async for batch in batches for found in batch.lines()]


def _identity(line: Line) -> tuple[int, bytes]:
    return line.nanoseconds, line.raw


def _placed(line: Line) -> IdentifiedLine:
    return _identity(line), line
