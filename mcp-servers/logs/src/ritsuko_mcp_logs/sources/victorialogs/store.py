"""VictoriaLogs: it filters and counts by itself; what is read of it comes as a stream of JSON lines."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import Literal

from ritsuko_mcp_common.errors import BackendUnreachable
from ritsuko_mcp_logs.lines.levels import FIELDS, level_named
from ritsuko_mcp_logs.lines.stream import nanoseconds
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.collector_names import PodFieldNames
from ritsuko_mcp_logs.sources.coverage import Coverage
from ritsuko_mcp_logs.sources.log_store import LogStore
from ritsuko_mcp_logs.sources.rows import Row
from ritsuko_mcp_logs.sources.source import Totals
from ritsuko_mcp_logs.sources.victorialogs import logsql
from ritsuko_mcp_logs.sources.victorialogs.responses import Values, entries, row

_QUERY = "/select/logsql/query"
_MOST_NAMES = "1000"


class VictoriaLogs(LogStore[frozenset[str]]):
    """One VictoriaLogs."""

    name = "victorialogs"
    product = "VictoriaLogs"

    async def totals(self, query: Query) -> Totals:
        """See `Index.totals`."""
        existing = await self._existing(query)
        names = PodFieldNames.among(existing)
        wanted = logsql.filters(query, existing)
        pods = ",".join(logsql.quoted(name) for name in (names.namespace, names.pod) if name) or "_stream"
        counts = f"count() lines, count_uniq({pods}) pods" + (f", count() if ({wanted}) matches" if wanted else "")
        answer = await self._answer(f"{await self._window(query, existing)} | stats {counts}")
        found = {name: int(value) for name, value in answer[0].items()} if answer else {}
        lines = found.get("lines", 0)
        return Totals(found.get("matches", lines), lines, found.get("pods", 0))

    async def histogram(self, query: Query, step: float, by: str) -> Mapping[str, Mapping[float, int]] | None:
        """See `Index.histogram`."""
        existing = await self._existing(query)
        known = asdict(PodFieldNames.among(existing))
        field = next((name for name in (FIELDS if by == "level" else (known.get(by) or by,)) if name in existing), "")
        if by and not field:
            return None
        grouping = f"_time:{step:g}s" + (f", {logsql.quoted(field)}" if by else "")
        filters = f"{await self._window(query, existing)} {logsql.filters(query, existing)}"
        counts: defaultdict[str, defaultdict[float, int]] = defaultdict(lambda: defaultdict(int))
        for entry in await self._answer(f"{filters} | stats by ({grouping}) count() lines"):
            value = entry.get(field, "") if by else ""
            moment = nanoseconds(entry["_time"].encode()) / 1e9
            counts[(level_named(value) or value) if by == "level" else value][moment] += int(entry["lines"])
        return counts

    async def values(self, query: Query, what: Literal["namespace", "pod"]) -> list[str]:
        """See `Index.values`."""
        existing = await self._existing(query)
        name: str = getattr(PodFieldNames.among(existing), what)
        if not name:
            return []
        parameters = {"query": await self._window(query, existing), "field": name, "limit": _MOST_NAMES}
        found = await self._store.get("/select/logsql/field_values", Values, parameters, seconds=self._seconds)
        return [one.value for one in found.values if one.value]

    async def oldest(self) -> float | None:
        """See `Source.oldest`."""
        answer = await self._answer("* | stats min(_time) oldest")
        oldest = nanoseconds(answer[0].get("oldest", "").encode()) if answer else 0
        return oldest / 1e9 if oldest else None

    async def check(self) -> str:
        """See `Source.check`. Asks what needs the credentials and the tenant, and reads next to nothing."""
        await self._store.get("/select/logsql/field_names", Values, {"query": "_time:1m"}, seconds=self._seconds)
        return self._store.name

    async def _first(self, query: Query, existing: frozenset[str], coverage: Coverage) -> list[Row]:
        direction = " desc" if query.order == "newest" else ""
        pipes = f" | sort by (_time{direction}) limit {query.limit}"
        return [one async for group in self._rows(query, existing, pipes) for one in group]

    async def _many(self, query: Query, existing: frozenset[str], coverage: Coverage) -> AsyncGenerator[list[Row]]:
        async with aclosing(self._rows(query, existing)) as groups:
            async for group in groups:
                yield group

    async def _rows(self, query: Query, existing: frozenset[str], pipes: str = "") -> AsyncGenerator[list[Row]]:
        names = PodFieldNames.among(existing)
        filters = f"{await self._window(query, existing)} {logsql.filters(query, existing)}{pipes}"
        async with aclosing(self._entries(filters)) as groups:
            async for group in groups:
                yield [row(entry, names) for entry in group]

    async def _answer(self, expression: str) -> list[dict[str, str]]:
        """All of a short answer."""
        return [entry async for group in self._entries(expression) for entry in group]

    async def _entries(self, expression: str) -> AsyncGenerator[Sequence[dict[str, str]]]:
        async with self._store.stream(_QUERY, {"query": expression}) as chunks:
            try:
                async for group in entries(chunks):
                    yield group
            except ValueError as error:
                raise BackendUnreachable(
                    f"the response of {self._store.name} was truncated: {error}", "Narrow the time range, pods or text."
                ) from error

    async def _window(self, query: Query, existing: frozenset[str]) -> str:
        names = self._names(query, existing)
        return logsql.window(query, await self._namespace(query, existing), names, existing)

    async def _existing(self, query: Query) -> frozenset[str]:
        """The fields that entries of that time have."""
        parameters = {"query": logsql.time_range(query.since, query.until)}
        found = await self._store.get("/select/logsql/field_names", Values, parameters, seconds=self._seconds)
        return frozenset(one.value for one in found.values)
