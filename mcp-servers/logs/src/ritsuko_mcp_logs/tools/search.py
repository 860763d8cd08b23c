"""Search a source: what matches, best first, and how much was read to find it."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from ritsuko_mcp_common import Parameters, ReadTool
from ritsuko_mcp_common import cursor as cursors
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.diagnosis.missing_names import nearest_names
from ritsuko_mcp_logs.diagnosis.unknown_fields import fields_with_text, unknown_fields
from ritsuko_mcp_logs.query.query import Order, Query, unconditional
from ritsuko_mcp_logs.query.time_window import parse_window
from ritsuko_mcp_logs.search.context_lines import add_context
from ritsuko_mcp_logs.search.matcher import Matcher
from ritsuko_mcp_logs.search.page_position import PagePosition
from ritsuko_mcp_logs.search.ranking import BestMatches
from ritsuko_mcp_logs.search.report import Found, report
from ritsuko_mcp_logs.search.request import LogRequest
from ritsuko_mcp_logs.search.scan import Scan
from ritsuko_mcp_logs.sources.coverage import Coverage
from ritsuko_mcp_logs.sources.source import Index, Source
from ritsuko_mcp_logs.tools.parameters import (
    Exclude,
    Fields,
    Labels,
    Level,
    Namespace,
    Pod,
    Regex,
    Since,
    Text,
    log_request,
)


class SearchParameters(Parameters):
    """What `search` takes."""

    text: Text = ""
    namespace: Namespace = ""
    pod: Pod = ""
    container: str = ""
    level: Level = ""
    since: Since = "1h"
    until: str = "now"
    labels: Labels = ""
    fields: Fields = ""
    exclude: Exclude = ""
    regex: Regex = False
    context: Annotated[int, Field(ge=0, le=10, description="lines before and after each match")] = 0
    previous: Annotated[bool, Field(description="the run before the last restart")] = False
    order: Order = "newest"
    case_sensitive: bool = False
    limit: Annotated[int, Field(ge=1, le=500, description="maximum matches")] = 50
    cursor: Annotated[str, Field(description="next_cursor of the previous page")] = ""
    source: str = ""


async def search(parameters: SearchParameters, backend: LogBackend) -> Envelope:
    """The first `limit` matching lines in the requested order, and how much was read to find them."""
    now = backend.clock()
    request = log_request(parameters)
    source = backend.sources.choose(request.source)
    place = cursors.decode(parameters.cursor, PagePosition, request.fixed) if parameters.cursor else None
    since, until = (place.since, place.until) if place else parse_window(request.since, request.until, now)
    query = request.query(since, until)
    if source.index is not None and source.index.exact(query):
        found = await _looked_up(source, source.index, query, request, place)
    else:
        found = await _looked_through(source, query, request, place)
    why: list[str] = []
    if source.index is not None and not found.lines:
        why = [await nearest_names(source.index, query, found.coverage.namespace)]
    elif request.fields and found.lines and not found.matches:
        why = await unknown_fields(source, query, [one.name for one in request.fields])
    if source.index is not None and query.text and found.lines and not found.matches:
        why += await fields_with_text(source, query)
    return report(request, query, found, [reason for reason in why if reason], now=now)


TOOL = ReadTool(
    name="search",
    title="Search logs",
    description="Search logs for text or a regular expression, by level, field, pod, "
    "labels and time; says how much was read.",
    parameters=SearchParameters,
    run=search,
)


async def _looked_through(source: Source, query: Query, request: LogRequest, place: PagePosition | None) -> Found:
    """Every line that the source gives is read."""
    best = _best(request, place)
    coverage = Coverage()
    scan = await _scanned(source, query, best, coverage, context=0 if source.index else request.context)
    hits = best.take()
    lines, pods = coverage.lines, coverage.pods
    if source.index is not None:
        # It gave less than there is, but more than what matches.
        everything = await source.index.totals(unconditional(query))
        lines, pods = everything.lines, everything.pods
        if request.context:
            await add_context(source, hits, request.context)
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
    source: Source, index: Index, query: Query, request: LogRequest, place: PagePosition | None
) -> Found:
    """The source finds, counts and orders; of its lines only this page is read."""
    rest = _behind(query, place)
    limit = request.limit
    while True:
        best = _best(request, place)
        coverage = Coverage()
        scan = await _scanned(source, replace(rest, limit=limit), best, coverage, context=0)
        hits = best.take()
        if len(hits) == request.limit or scan.matches < limit:
            break
        # The page before ended among lines of one moment, which are read again: look further.
        limit *= 4
    whole, left = await asyncio.gather(index.totals(query), index.totals(rest))
    if request.context:
        await add_context(source, hits, request.context)
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


def _best(request: LogRequest, place: PagePosition | None) -> BestMatches:
    return BestMatches(request.order, request.limit, behind=place.key if place else None)


def _behind(query: Query, place: PagePosition | None) -> Query:
    """The part of the query's window that is left, the moment where the page before ended included."""
    if place is None:
        return query
    microseconds = place.nanoseconds // 1000
    if query.order == "newest":
        return replace(query, until=min(query.until, (microseconds + 1) / 1e6))
    return replace(query, since=max(query.since, microseconds / 1e6))
