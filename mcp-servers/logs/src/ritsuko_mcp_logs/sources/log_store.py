"""What log stores share as sources: the namespace that is meant, names that must exist, bounded reading."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing
from dataclasses import replace
from typing import ClassVar, Generic, Self, TypeVar

from ritsuko_mcp_common.errors import BackendUnreachable, ToolFailure
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_logs.lines.line import Batch
from ritsuko_mcp_logs.phrases import counted, shortlist
from ritsuko_mcp_logs.query.label_selector import parse_selector
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.collector_names import PodFieldNames, label_keys, label_name
from ritsuko_mcp_logs.sources.coverage import Coverage, Gap
from ritsuko_mcp_logs.sources.kind import OwnNamespace
from ritsuko_mcp_logs.sources.rows import Row, batches
from ritsuko_mcp_logs.sources.store_client import StoreClient, StoreEndpoint

ExistingT = TypeVar("ExistingT", bound=Collection[str])
"""The names of labels or fields that the logs of some time have, and what else the store tells of them."""

_MOST_OF_ONE_MOMENT = 5_000


class LogStore(ABC, Generic[ExistingT]):
    """A store as a source, which is its own index. `own` gives the namespace that is meant where none is named."""

    name: ClassVar[str]
    product: ClassVar[str]

    def __init__(self, access: StoreEndpoint, own: OwnNamespace, *, seconds: float, max_bytes: int) -> None:
        self._store = StoreClient(access, max_bytes=max_bytes)
        self._own = own
        self._seconds = seconds

    @property
    def index(self) -> Self:
        """See `Source.index`."""
        return self

    async def read(self, query: Query, coverage: Coverage) -> AsyncGenerator[Batch]:
        """See `Source.read`."""
        coverage.origin = self.origin
        existing = await self._existing(query)
        coverage.namespace = await self._namespace(query, existing)
        if not existing:
            coverage.empty_reason = f"{self.origin} has no logs for that time."
        pages = (self._few if query.limit else self._many)(query, existing, coverage)
        async for batch in _within(pages, coverage, self.origin, seconds=query.seconds or self._seconds):
            yield batch

    @property
    def origin(self) -> str:
        """See `Index.origin`."""
        return self._store.name

    def exact(self, query: Query) -> bool:
        """See `Index.exact`: what a level or a field is, lines say in more ways than the query language knows."""
        return not (query.level or query.fields or query.conditions)

    async def aclose(self) -> None:
        """See `Source.aclose`."""
        await self._store.aclose()

    @abstractmethod
    async def _existing(self, query: Query) -> ExistingT:
        """The names of labels or fields that the logs of that time have."""

    def _known(self, existing: ExistingT) -> PodFieldNames:
        """What the store calls namespace, pod and container, as far as it keeps them."""
        return PodFieldNames.among(existing)

    @abstractmethod
    def _many(self, query: Query, existing: ExistingT, coverage: Coverage) -> AsyncGenerator[list[Row]]:
        """All rows, in groups."""

    async def _few(self, query: Query, existing: ExistingT, coverage: Coverage) -> AsyncGenerator[list[Row]]:
        """The first `query.limit` rows in its order, and all others of the same microsecond as the last of them.

        Without those, pages could not go on within a moment.
        """
        rows = await self._first(query, existing, coverage)
        if len(rows) >= query.limit:
            edge = rows[-1].nanoseconds // 1000
            of_last_moment = replace(query, since=edge / 1e6, until=(edge + 1) / 1e6, limit=_MOST_OF_ONE_MOMENT)
            before = [row for row in rows if row.nanoseconds // 1000 != edge]
            rows = before + await self._first(of_last_moment, existing, coverage)
        yield rows

    @abstractmethod
    async def _first(self, query: Query, existing: ExistingT, coverage: Coverage) -> list[Row]:
        """The first `query.limit` rows in its order."""

    async def _namespace(self, query: Query, existing: ExistingT) -> str:
        """The namespace of a query, `*` for all. Raises ToolFailure for a name when the store keeps no namespaces."""
        if not self._known(existing).namespace:
            if existing and query.namespace not in ("", "*"):
                raise ToolFailure(f"logs in {self.product} have no namespace label", "Omit namespace.")
            return "*"
        return query.namespace or await self._own()

    def _names(self, query: Query, existing: ExistingT) -> PodFieldNames:
        """What the store calls namespace, pod and container.

        Raises ToolFailure for a question about runs, pods, containers or labels that it doesn't keep.
        """
        if query.previous:
            raise ToolFailure(
                f"{self.product} does not distinguish the runs of a container",
                "Omit previous to get the lines of all runs, or use source=pods.",
            )
        names = self._known(existing)
        there_are = f"They have: {shortlist(sorted(existing))}."
        for asked, name, what in ((query.pod, names.pod, "pod"), (query.container, names.container, "container")):
            if asked and not name:
                raise ToolFailure(
                    f"logs in {self.product} have no {what} label in that time",
                    there_are if existing else "There are none in that time; use an earlier since.",
                )
        for requirement in parse_selector(query.labels):
            if not label_name(requirement.key, existing) and requirement.operator in ("in", "exists"):
                raise ToolFailure(
                    f"logs in {self.product} have no label {requirement.key}",
                    suggestion(requirement.key, label_keys(existing)) or there_are,
                )
        return names


async def _within(
    groups: AsyncGenerator[list[Row]], coverage: Coverage, product: str, *, seconds: float
) -> AsyncIterator[Batch]:
    """Rows as batches until out of time, or until the store fails after it has begun: then that is a gap."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    async with aclosing(groups):
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    rows = await anext(groups, None)
            except TimeoutError:
                coverage.gaps.append(Gap(product, f"timed out after {counted(coverage.lines, 'line')}"))
                return
            except BackendUnreachable as failure:
                if not coverage.lines:
                    raise
                coverage.gaps.append(Gap(product, f"{failure.message} after {counted(coverage.lines, 'line')}"))
                return
            if rows is None:
                return
            for batch in batches(rows):
                coverage.origins.add(batch.origin)
                coverage.lines += batch.count
                coverage.bytes += len(batch.data)
                yield batch
