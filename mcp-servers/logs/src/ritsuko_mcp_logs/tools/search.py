"""Search a source: what matches, best first, and how much was read to find it."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

from ritsuko_mcp_common import cursor as cursors
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_logs.diagnosis.missing_names import nearest_names
from ritsuko_mcp_logs.diagnosis.unknown_fields import fields_with_text, unknown_fields
from ritsuko_mcp_logs.query.query import Query, unconditional
from ritsuko_mcp_logs.query.time_window import parse_window
from ritsuko_mcp_logs.search.context_lines import add_context
from ritsuko_mcp_logs.search.matcher import Matcher
from ritsuko_mcp_logs.search.page_position import PagePosition
from ritsuko_mcp_logs.search.ranking import BestMatches
from ritsuko_mcp_logs.search.report import Found, report
from ritsuko_mcp_logs.search.request import LogRequest
from ritsuko_mcp_logs.search.scan import Scan
from ritsuko_mcp_logs.sources.coverage import Coverage
from ritsuko_mcp_logs.sources.registry import Sources
from ritsuko_mcp_logs.sources.source import Index, Source


async def search(sources: Sources, question: LogRequest, cursor: str, *, now: float) -> Envelope:
    """The first `limit` matching lines in the order wanted, and how much was read to find them."""
    source = sources.choose(question.source)
    place = cursors.decode(cursor, PagePosition, question.fixed) if cursor else None
    since, until = (place.since, place.until) if place else parse_window(question.since, question.until, now)
    query = question.query(since, until)
    if source.index is not None and source.index.exact(query):
        found = await _looked_up(source, source.index, query, question, place)
    else:
        found = await _looked_through(source, query, question, place)
    why: list[str] = []
    if source.index is not None and not found.lines:
        why = [await nearest_names(source.index, query, found.coverage.namespace)]
    elif question.fields and found.lines and not found.matches:
        why = await unknown_fields(source, query, [one.name for one in question.fields])
    if source.index is not None and query.text and found.lines and not found.matches:
        why += await fields_with_text(source, query)
    return report(question, query, found, [reason for reason in why if reason], now=now)


async def _looked_through(source: Source, query: Query, question: LogRequest, place: PagePosition | None) -> Found:
    """Every line that the source gives is looked at."""
    best = _best(question, place)
    coverage = Coverage()
    scan = await _scanned(source, query, best, coverage, context=0 if source.index else question.context)
    hits = best.take()
    lines, pods = coverage.lines, coverage.pods
    if source.index is not None:
        # It gave less than there is, but more than what matches.
        everything = await source.index.totals(unconditional(query))
        lines, pods = everything.lines, everything.pods
        if question.context:
            await add_context(source, hits, question.context)
    return Found(
        coverage=coverage,
        hits=hits,
        matches=scan.matches,
        lines=lines,
        pods=pods,
        before=best.passed,
        tells_runs=source.index is None,
    )


async def _looked_up(
    source: Source, index: Index, query: Query, question: LogRequest, place: PagePosition | None
) -> Found:
    """The source finds, counts and orders; of its lines only this page is read."""
    rest = _behind(query, place)
    limit = question.limit
    while True:
        best = _best(question, place)
        coverage = Coverage()
        scan = await _scanned(source, replace(rest, limit=limit), best, coverage, context=0)
        hits = best.take()
        if len(hits) == question.limit or scan.matches < limit:
            break
        # The page before ended among lines of one moment, which are read again: look further.
        limit *= 4
    whole, left = await asyncio.gather(index.totals(query), index.totals(rest))
    if question.context:
        await add_context(source, hits, question.context)
    return Found(
        coverage=coverage,
        hits=hits,
        matches=whole.matches,
        lines=whole.lines,
        pods=whole.pods,
        before=whole.matches - left.matches + best.passed,
    )


async def _scanned(source: Source, query: Query, best: BestMatches, coverage: Coverage, *, context: int) -> Scan:
    scan = Scan(Matcher(query), best, context=context)
    async with aclosing(source.read(query, coverage)) as batches:
        async for batch in batches:
            scan.take(batch)
    scan.finish()
    return scan


def _best(question: LogRequest, place: PagePosition | None) -> BestMatches:
    return BestMatches(question.order, question.limit, behind=place.key if place else None)


def _behind(query: Query, place: PagePosition | None) -> Query:
    """The part of the query's window that is left, the moment where the page before ended included."""
    if place is None:
        return query
    microseconds = place.nanoseconds // 1000
    if query.order == "newest":
        return replace(query, until=min(query.until, (microseconds + 1) / 1e6))
    return replace(query, since=max(query.since, microseconds / 1e6))
