"""Loki: it filters by itself and answers in pages of bounded length."""

import asyncio
import math
import re
import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.lines.levels import FIELDS, level_named
from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.lines.stream import timestamp
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.collector_names import PodFieldNames
from ritsuko_mcp_logs.sources.coverage import Coverage, Gap
from ritsuko_mcp_logs.sources.kind import OwnNamespace
from ritsuko_mcp_logs.sources.log_store import LogStore
from ritsuko_mcp_logs.sources.loki import logql
from ritsuko_mcp_logs.sources.loki.merge import merged
from ritsuko_mcp_logs.sources.loki.prefetch import one_after_another
from ritsuko_mcp_logs.sources.loki.responses import BuildInfo, Samples, Series, Streams, Strings, is_own, rows
from ritsuko_mcp_logs.sources.rows import Row
from ritsuko_mcp_logs.sources.source import Totals
from ritsuko_mcp_logs.sources.store_client import ModelT, QueryRejected, StoreEndpoint

_PAGE = 5_000
_AT_ONCE = 4
_PAGES_HELD = 2
_MOST_PARTS = 128
_TOO_MANY = re.compile(r"\(\d+ > (\d+)\)")
_LOOK_BACK_SECONDS = 30 * 86400.0
# Structured metadata apart from the labels that make a stream.
_CATEGORIZED = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}


class Loki(LogStore[frozenset[str]]):
    """One Loki. `clock` gives the time in Unix seconds."""

    name = "loki"
    product = "Loki"

    def __init__(
        self,
        access: StoreEndpoint,
        own: OwnNamespace,
        *,
        seconds: float,
        max_bytes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        asking = replace(access, headers={**access.headers, **_CATEGORIZED})
        super().__init__(asking, own, seconds=seconds, max_bytes=max_bytes)
        self._page = _PAGE
        self._clock = clock

    async def totals(self, query: Query) -> Totals:
        """See `Index.totals`."""
        existing = await self._existing(query)
        names = PodFieldNames.among(existing)
        selector = await self._selector(query, existing)
        span = f"[{math.ceil((query.until - query.since) * 1000)}ms]"
        counted = f"count_over_time({selector}{span})"
        at = _nanoseconds(query.until) - 1
        questions = [self._number(f"sum({counted})", at), self._pods(query, selector, counted, names)]
        if wanted := logql.line_filters(query):
            questions.append(self._number(f"sum(count_over_time({selector}{wanted} {span}))", at))
        lines, pods, *matches = await asyncio.gather(*questions)
        return Totals(matches[0] if matches else lines, lines, pods)

    async def histogram(self, query: Query, step: float, by: str) -> Mapping[str, Mapping[float, int]] | None:
        """See `Index.histogram`."""
        existing = await self._existing(query)
        # Loki itself detects levels, and keeps them beside the labels.
        label = next((name for name in FIELDS if name in existing), "detected_level") if by == "level" else by
        if by not in ("", "level") and by not in existing:
            return None
        lines = f"{await self._selector(query, existing)}{logql.line_filters(query)}"
        grouping = f" by ({label})" if by else ""
        expression = f"sum{grouping} (count_over_time({lines} [{round(step * 1000)}ms]))"
        # A value counts the step before its own time, that time included and the step's beginning not.
        first = _nanoseconds((query.since // step + 1) * step) - 1
        window = {"start": str(first), "end": str(_nanoseconds(query.until + step)), "step": f"{step:g}"}
        answer = await self._get("/loki/api/v1/query_range", Samples, {"query": expression, **window})
        counts: defaultdict[str, defaultdict[float, int]] = defaultdict(lambda: defaultdict(int))
        for sample in answer.data.result:
            value = sample.metric.get(label, "") if by else ""
            key = (level_named(value) or value) if by == "level" else value
            for moment, count in sample.values:
                counts[key][round(moment / step - 1) * step] += int(float(count))
        return None if by == "level" and not counts.keys() - {"", "unknown"} else counts

    async def values(self, query: Query, what: Literal["namespace", "pod"]) -> list[str]:
        """See `Index.values`."""
        existing = await self._existing(query)
        name: str = getattr(PodFieldNames.among(existing), what)
        if not name:
            return []
        parameters = {**_window(query), "query": await self._selector(query, existing)}
        return (await self._get(f"/loki/api/v1/label/{name}/values", Strings, parameters)).data

    async def oldest(self) -> float | None:
        """See `Source.oldest`: of the last 30 days, which is as far as Loki lets one query look by default."""
        now = self._clock()
        query = Query(since=now - _LOOK_BACK_SECONDS, until=now, namespace="*", order="oldest", limit=1)
        first = await self._first(query, await self._existing(query), Coverage())
        return first[0].nanoseconds / 1e9 if first else None

    async def check(self) -> str:
        """See `Source.check`."""
        await self._get("/loki/api/v1/labels", Strings, {})
        try:
            version = (await self._get("/loki/api/v1/status/buildinfo", BuildInfo, {})).version
        except ToolFailure:
            return self._store.name
        return self._store.name.replace("Loki", f"Loki {version}", 1) if version else self._store.name

    async def _first(self, query: Query, existing: frozenset[str], coverage: Coverage) -> list[Row]:
        found: list[Row] = []
        start, end = _nanoseconds(query.since), _nanoseconds(query.until)
        async with aclosing(self._in_order(query, start, end, existing, coverage)) as pages:
            async for page in pages:
                found += page
                if len(found) >= query.limit:
                    break
        return found[: query.limit]

    async def _many(self, query: Query, existing: frozenset[str], coverage: Coverage) -> AsyncGenerator[list[Row]]:
        """In the query's order. Only a page tells where the next one begins: of much several parts are read at once."""
        newest = query.order == "newest"
        start, end = _nanoseconds(query.since), _nanoseconds(query.until)
        length, rows = end - start, 0
        async with aclosing(self._in_order(query, start, end, existing, coverage)) as groups:
            async for group in groups:
                yield group
                rows += len(group)
                start, end = (start, group[-1].nanoseconds) if newest else (group[-1].nanoseconds + 1, end)
                if rows > self._page:
                    break
            else:
                return
        rest = end - start
        edges = _edges(start, end, pages=rows / self._page * rest / max(1, length - rest))
        parts = [self._in_order(query, begin, until, existing, coverage) for begin, until in pairwise(edges)]
        if newest:
            parts.reverse()
        async with aclosing(one_after_another(parts, at_once=_AT_ONCE, held=_PAGES_HELD)) as groups:
            async for group in groups:
                yield group

    async def _in_order(
        self, query: Query, start: int, end: int, existing: frozenset[str], coverage: Coverage
    ) -> AsyncGenerator[list[Row]]:
        """What matches from `start` up to but not including `end`, in ns."""
        selector = await self._selector(query, existing)
        names = PodFieldNames.among(existing)
        readings = [
            self._pages(selector + pipeline, query, start, end, names, coverage)
            for pipeline in logql.pipelines(query, existing)
        ]
        async with aclosing(merged(readings, newest=query.order == "newest")) as groups:
            async for group in groups:
                yield group

    async def _pages(
        self, expression: str, query: Query, start: int, end: int, names: PodFieldNames, coverage: Coverage
    ) -> AsyncGenerator[list[Row]]:
        """Page by page in the query's order, each entry once; those of one moment together: within it lines are known
        apart by their number."""
        newest = query.order == "newest"
        held: list[Row] = []
        while start < end:
            page, limit = await self._page_of(expression, start, end, query.limit, newest=newest, names=names)
            seen = {_identity(row) for row in held}
            found = held + [row for row in page if _identity(row) not in seen]
            if len(page) < limit:
                if found:
                    yield found
                return
            edge = page[-1].nanoseconds
            # The next page begins with the moment that this one ended in, unless nothing else was on this one.
            step_over = page[0].nanoseconds == edge
            if step_over:
                moment = timestamp(edge).decode()
                coverage.gaps.append(
                    Gap(f"lines of {moment}", f"Loki returns at most {limit:,} with the same timestamp")
                )
            held = [] if step_over else [row for row in found if row.nanoseconds == edge]
            if ready := found[: len(found) - len(held)]:
                yield ready
            start, end = (start, edge + (not step_over)) if newest else (edge + step_over, end)

    async def _page_of(
        self, expression: str, start: int, end: int, most: int, *, newest: bool, names: PodFieldNames
    ) -> tuple[list[Row], int]:
        """At most `most` entries (0: any number), and how many could have been on the page."""
        limit = min(self._page, most or self._page)
        parameters = {
            "query": expression,
            "start": str(start),
            "end": str(end),
            "limit": str(limit),
            "direction": "backward" if newest else "forward",
        }
        try:
            answer = await self._get("/loki/api/v1/query_range", Streams, parameters)
        except QueryRejected as refusal:
            allowed = _TOO_MANY.search(refusal.said)
            if allowed is None or int(allowed[1]) >= limit:
                raise
            self._page = limit = int(allowed[1])
            answer = await self._get("/loki/api/v1/query_range", Streams, {**parameters, "limit": allowed[1]})
        return sorted(rows(answer.data.result, names), key=lambda row: row.nanoseconds, reverse=newest), limit

    async def _pods(self, query: Query, selector: str, counted: str, names: PodFieldNames) -> int:
        """How many pods wrote lines; of more than Loki counts at once (500 by default), how many had a stream then."""
        by = [name for name in (names.namespace, names.pod) if name]
        expression = f"count(sum by ({', '.join(by)}) ({counted}))" if by else f"count({counted})"
        try:
            return await self._number(expression, _nanoseconds(query.until) - 1)
        except QueryRejected:
            parameters = {**_window(query), "match[]": selector}
            streams = (await self._get("/loki/api/v1/series", Series, parameters)).data
            return len({tuple(labels.get(name, "") for name in by or sorted(labels)) for labels in streams})

    async def _number(self, expression: str, at: int) -> int:
        parameters = {"query": expression, "time": str(at)}
        result = (await self._get("/loki/api/v1/query", Samples, parameters)).data.result
        return int(float(result[0].value[1])) if result and result[0].value else 0

    async def _selector(self, query: Query, existing: frozenset[str]) -> str:
        names = self._names(query, existing)
        return logql.selector(query, await self._namespace(query, existing), names, existing)

    async def _existing(self, query: Query) -> frozenset[str]:
        """The labels that streams of that time have."""
        labels = (await self._get("/loki/api/v1/labels", Strings, _window(query))).data
        return frozenset(label for label in labels if not is_own(label))

    async def _get(self, path: str, model: type[ModelT], parameters: Mapping[str, str]) -> ModelT:
        return await self._store.get(path, model, parameters, seconds=self._seconds)


def _edges(start: int, end: int, *, pages: float) -> list[int]:
    """Where parts of a time (ns) begin and end; each has a page where lines go on as evenly as expected."""
    parts = max(1, min(_MOST_PARTS, end - start, math.ceil(pages)))
    return [start + (end - start) * part // parts for part in range(parts + 1)]


def _window(query: Query) -> dict[str, str]:
    return {"start": str(_nanoseconds(query.since)), "end": str(_nanoseconds(query.until))}


def _nanoseconds(seconds: float) -> int:
    return round(seconds * 1e6) * 1000


def _identity(row: Row) -> tuple[int, Origin, str]:
    return row.nanoseconds, row.origin, row.text
