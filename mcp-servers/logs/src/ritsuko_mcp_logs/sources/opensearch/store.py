"""OpenSearch or Elasticsearch: it finds by words, and so often more than what matches; it answers in pages."""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, replace
from typing import Literal
from urllib.parse import quote

from pydantic import JsonValue

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.lines.levels import FIELDS, level_named
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.collector_names import PodFieldNames
from ritsuko_mcp_logs.sources.coverage import Coverage
from ritsuko_mcp_logs.sources.kind import OwnNamespace
from ritsuko_mcp_logs.sources.log_store import LogStore
from ritsuko_mcp_logs.sources.opensearch import dsl
from ritsuko_mcp_logs.sources.opensearch.mapping import (
    PLAIN_ANALYZERS,
    Field,
    Layout,
    apart,
    fields,
    with_custom_analyzers,
)
from ritsuko_mcp_logs.sources.opensearch.responses import (
    About,
    Bucket,
    Capabilities,
    Counted,
    Found,
    Hit,
    Mappings,
    Oldest,
    Reading,
)
from ritsuko_mcp_logs.sources.rows import Row
from ritsuko_mcp_logs.sources.source import Totals
from ritsuko_mcp_logs.sources.store_client import ModelT, QueryRejected, StoreEndpoint, TooLarge

_PAGE = 5_000
_SMALLEST_PAGE = 50
_MARGIN = 100
"""How many entries more than are wanted are asked for: those of the last millisecond may have to be read again."""
_MOST_HELD = 20_000
_BUCKETS = 10_000
_MOST_BUCKETS = 200_000
_TOO_MANY = re.compile(r"less than or equal to: \[(\d+)\]")
_MILLISECOND = 1_000_000
_MILLISECONDS = frozenset({"date"})
_DATES = _MILLISECONDS | {"date_nanos"}
# All or nothing: what one shard doesn't give would be missing in silence.
_WHOLLY = {"allow_partial_search_results": "false", "ignore_unavailable": "true"}

Existing = Mapping[str, Field]


class OpenSearch(LogStore[Existing]):
    """One OpenSearch or Elasticsearch."""

    name = "opensearch"
    product = "OpenSearch"

    def __init__(
        self,
        access: StoreEndpoint,
        own: OwnNamespace,
        layout: Layout,
        *,
        seconds: float,
        max_bytes: int,
        page: int = _PAGE,
    ) -> None:
        super().__init__(access, own, seconds=seconds, max_bytes=max_bytes)
        self._layout = layout
        self._page = page
        self._indices = f"/{quote(layout.index, safe='*,')}"

    def exact(self, query: Query) -> bool:
        """See `Index.exact`: it knows words, and a text may be a part of one."""
        return not (query.text or query.exclude) and super().exact(query)

    async def totals(self, query: Query) -> Totals:
        """See `Index.totals`."""
        existing = await self._existing(query)
        names = self._known(existing)
        by: dict[str, JsonValue] = {
            name: {"terms": {"field": existing[name].whole, "missing_bucket": True}}
            for name in (names.namespace, names.pod)
            if name and existing[name].whole
        }
        buckets, outside = await asyncio.gather(
            self._counted(query, existing, by or {"_index": {"terms": {"field": "_index"}}}),
            self._outside(query, existing),
        )
        lines = sum(bucket.doc_count for bucket in buckets) - outside
        return Totals(lines, lines, sum(any(value for value in bucket.key.values()) for bucket in buckets))

    async def histogram(self, query: Query, step: float, by: str) -> Mapping[str, Mapping[float, int]] | None:
        """See `Index.histogram`."""
        existing = await self._existing(query)
        names = self._known(existing)
        candidates = FIELDS if by == "level" else (asdict(names).get(by) or by,)
        field = next((existing[name].whole for name in candidates if name in existing and existing[name].whole), "")
        if by and not field:
            return None
        interval = {"field": self._layout.time, "fixed_interval": f"{round(step * 1000)}ms"}
        each: dict[str, JsonValue] = {"time": {"date_histogram": {**interval}}}
        if by:
            each["value"] = {"terms": {"field": field, "missing_bucket": True}}
        counts: defaultdict[str, defaultdict[float, int]] = defaultdict(lambda: defaultdict(int))
        for bucket in await self._counted(query, existing, each):
            value = str(bucket.key.get("value") or "")
            moment = int(bucket.key["time"] or 0) / 1000
            counts[(level_named(value) or value) if by == "level" else value][moment] += bucket.doc_count
        return counts

    async def values(self, query: Query, what: Literal["namespace", "pod"]) -> list[str]:
        """See `Index.values`."""
        existing = await self._existing(query)
        name: str = getattr(self._known(existing), what)
        if not name or not existing[name].whole:
            return []
        buckets = await self._counted(query, existing, {what: {"terms": {"field": existing[name].whole}}})
        return [str(bucket.key[what]) for bucket in buckets if bucket.key[what]]

    async def oldest(self) -> float | None:
        """See `Source.oldest`."""
        kind = self._kind(await self._capabilities(None))
        body: dict[str, JsonValue] = {"size": 1, "sort": self._by_time("asc", kind), "_source": False}
        found = (await self._search(Oldest, {**body, "track_total_hits": False})).hits.hits
        return found[0].sort[-1] / (1e3 if kind == "date" else 1e9) if found else None

    async def check(self) -> str:
        """See `Source.check`."""
        await self._must_be_there()
        try:
            version = (await self._store.get("/", About, {}, seconds=self._seconds)).version
        except ToolFailure:
            return self._store.name
        product = self.product if version.distribution == "opensearch" else "Elasticsearch"
        return self._store.name.replace(self.product, f"{product} {version.number}", 1)

    def _known(self, existing: Existing) -> PodFieldNames:
        return self._layout.names(existing)

    async def _first(self, query: Query, existing: Existing, coverage: Coverage) -> list[Row]:
        found: list[Row] = []
        async with aclosing(self._many(query, existing, coverage)) as groups:
            async for group in groups:
                found += group
                if len(found) >= query.limit:
                    break
        found.sort(key=lambda row: row.nanoseconds, reverse=query.order == "newest")
        return found[: query.limit]

    async def _many(self, query: Query, existing: Existing, coverage: Coverage) -> AsyncGenerator[list[Row]]:
        """Page by page in the query's order, each entry once; those of one millisecond together, as far as that goes:
        how they follow each other within it their texts tell, and not the index."""
        names = self._names(query, existing)
        if not existing:
            return
        since, until = (round(moment * 1e6) * 1000 for moment in (query.since, query.until))
        reading = Reading(
            time=self._layout.time,
            kind=self._kind(existing),
            messages=self._layout.messages(existing),
            names=names,
            apart=apart(existing),
        )
        held: list[Row] = []
        async with aclosing(self._pages(query, existing, reading.kind)) as pages:
            async for page in pages:
                held += (row for row in map(reading.row, page) if since <= row.nanoseconds < until)
                if held and len(held) < _MOST_HELD:
                    last = held[-1].nanoseconds // _MILLISECOND
                    ready = [one for one in held if one.nanoseconds // _MILLISECOND != last]
                    held = held[len(ready) :]
                else:
                    ready, held = held, []
                if ready:
                    yield ready
        if held:
            yield held

    async def _pages(self, query: Query, existing: Existing, kind: str) -> AsyncGenerator[list[Hit]]:
        """All entries that match, by their time and, within it, by their numbers in their shards.

        Entries of several shards may have both in common: a page goes on at the place where the one before ended, and
        not behind it.
        """
        order, back = ("desc", 1) if query.order == "newest" else ("asc", -1)
        body: dict[str, JsonValue] = {
            "query": await self._filter(query, existing, await self._wanted(query, existing)),
            "sort": [*self._by_time(order, kind), {"_seq_no": {"order": order}}],
            "track_total_hits": False,
        }
        seen: set[tuple[str, str]] = set()
        while True:
            page, most = await self._page_of(body, query.limit)
            if fresh := [hit for hit in page if (hit.index, hit.id) not in seen]:
                yield fresh
            if len(page) < most or not fresh:
                return
            *before, number = last = page[-1].sort
            seen = {(hit.index, hit.id) for hit in page if hit.sort == last}
            body["search_after"] = [*before, number + back]

    async def _page_of(self, body: Mapping[str, JsonValue], most: int) -> tuple[list[Hit], int]:
        """A page, and how many entries could have been on it."""
        while True:
            size = min(self._page, most + _MARGIN if most else self._page)
            try:
                return (await self._search(Found, {**body, "size": size})).hits.hits, size
            except QueryRejected as refusal:
                allowed = _TOO_MANY.search(refusal.said)
                if allowed is None or int(allowed[1]) >= size:
                    raise
                self._page = int(allowed[1])
            except TooLarge:
                if size <= _SMALLEST_PAGE:
                    raise
                self._page = max(_SMALLEST_PAGE, size // 4)

    async def _counted(self, query: Query, existing: Existing, by: Mapping[str, JsonValue]) -> list[Bucket]:
        """How many entries there are for each combination of values."""
        sources: list[JsonValue] = [{name: how} for name, how in by.items()]
        composite: dict[str, JsonValue] = {"size": _BUCKETS, "sources": sources}
        body: dict[str, JsonValue] = {"size": 0, "track_total_hits": False}
        body["query"] = await self._filter(query, existing, [])
        if not existing:
            return []
        found: list[Bucket] = []
        deadline = asyncio.get_running_loop().time() + self._seconds
        while True:
            answer = await self._search(Counted, {**body, "aggs": {"counted": {"composite": composite}}})
            counted = answer.aggregations.counted
            found += counted.buckets
            if len(counted.buckets) < _BUCKETS:
                return found
            if len(found) >= _MOST_BUCKETS or asyncio.get_running_loop().time() > deadline:
                raise ToolFailure(
                    f"too many values to count: more than {len(found):,} counts",
                    "Count by a field with fewer values, or use a longer step or a shorter time.",
                )
            composite["after"] = {**counted.after_key}

    async def _outside(self, query: Query, existing: Existing) -> int:
        """How many entries lie in the milliseconds that the query's time begins and ends in, but not in that time."""
        since, until = (round(moment * 1e6) for moment in (query.since, query.until))
        count = 0
        for edge in {moment // 1000 for moment in (since, until) if moment % 1000}:
            whole = replace(query, since=edge / 1e3, until=(edge + 1) / 1e3)
            async with aclosing(self._many(whole, existing, Coverage())) as groups:
                async for group in groups:
                    count += sum(not since * 1000 <= one.nanoseconds < until * 1000 for one in group)
        return count

    async def _wanted(self, query: Query, existing: Existing) -> list[dsl.Clause]:
        wanted = dsl.clauses(query, existing, self._layout)
        if not wanted:
            return wanted
        try:
            names = ",".join(quote(name, safe="@") for name in self._layout.messages(existing))
            path = f"{self._indices}/_mapping/field/{names}"
            indices = await self._store.get(path, Mappings, {"ignore_unavailable": "true"}, seconds=self._seconds)
        except ToolFailure:
            # To read an index one needs no right to see its mapping: then it is taken for what is usual.
            return wanted
        odd = {
            field.full_name
            for index in indices.root.values()
            for field in index.mappings.values()
            if any(one.analyzer not in PLAIN_ANALYZERS for one in field.mapping.values())
        }
        return dsl.clauses(query, with_custom_analyzers(existing, odd), self._layout)

    async def _filter(self, query: Query, existing: Existing, wanted: Sequence[dsl.Clause]) -> dict[str, JsonValue]:
        names = self._names(query, existing)
        namespace = await self._namespace(query, existing)
        window = dsl.window(query, namespace, names, existing, self._layout)
        return {"bool": {"filter": [*window, *wanted]}}

    async def _existing(self, query: Query) -> Existing:
        """The fields that indices with entries of that time have."""
        found = await self._capabilities(query)
        if not found:
            await self._must_be_there()
        return found

    async def _must_be_there(self) -> None:
        existing = await self._capabilities(None)
        if not existing:
            raise ToolFailure(
                f"{self._store.name} has no index {self._layout.index}",
                "Set OPENSEARCH_INDEX to the indices with logs, like logs-* or fluent-bit*, or check that these "
                "credentials may read them.",
            )
        self._kind(existing)

    def _kind(self, existing: Existing) -> str:
        """`date` or `date_nanos`: what the time is kept as. Raises ToolFailure if it is not a time."""
        time = existing.get(self._layout.time)
        if time is None or not time.types <= _DATES:
            dates = sorted(name for name, field in existing.items() if field.types <= _DATES)
            raise ToolFailure(
                f"logs in {self._layout.index} have no timestamp in field {self._layout.time}",
                f"Set OPENSEARCH_TIME_FIELD; date fields: {', '.join(dates) or 'none'}.",
            )
        return "date" if time.types <= _MILLISECONDS else "date_nanos"

    def _by_time(self, order: str, kind: str) -> list[JsonValue]:
        how: dict[str, JsonValue] = {"order": order, "unmapped_type": "date"}
        if kind == "date":
            return [{self._layout.time: how}]
        # Where some indices keep it finer than others, all sort by the same measure. And by what is the same for all
        # first: else OpenSearch 2.19 passes shards over by the millisecond that they begin in, and loses entries.
        return [{"_score": {"order": "desc"}}, {self._layout.time: {**how, "numeric_type": kind}}]

    async def _capabilities(self, query: Query | None) -> Existing:
        body: dict[str, JsonValue] = {}
        if query is not None:
            body["index_filter"] = dsl.time_range(query, self._layout.time)
        parameters = {"fields": "*", "ignore_unavailable": "true"}
        return fields((await self._ask("_field_caps", Capabilities, parameters, body)).fields)

    async def _search(self, model: type[ModelT], body: dict[str, JsonValue]) -> ModelT:
        return await self._ask("_search", model, _WHOLLY, body)

    async def _ask(
        self, api: str, model: type[ModelT], parameters: Mapping[str, str], body: dict[str, JsonValue]
    ) -> ModelT:
        path = f"{self._indices}/{api}"
        return await self._store.get(path, model, parameters, seconds=self._seconds, question=body)
