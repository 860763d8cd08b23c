"""What Loki and VictoriaLogs share as sources: the namespace that is meant, names that must exist, bounded reading."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection
from contextlib import aclosing
from dataclasses import replace

from ritsuko_mcp_common.errors import BackendUnreachable, ToolFailure
from ritsuko_mcp_common.nearest import suggestion

from ..prose import counted, some
from .names import Names, label_name
from .rows import Row, batches
from .selectors import parse_selector
from .source import Batch, Coverage, Gap, Query

OwnNamespace = Callable[[], Awaitable[str]]

_MOST_OF_ONE_MOMENT = 5_000


async def meant_namespace(
    query: Query, names: Names, existing: Collection[str], own: OwnNamespace, product: str
) -> str:
    """The namespace of a query, `*` for all. Raises ToolFailure for a name when the store keeps no namespaces."""
    if not names.namespace:
        if existing and query.namespace not in ("", "*"):
            raise ToolFailure(f"the logs in {product} do not say their namespace", "Leave namespace out.")
        return "*"
    return query.namespace or await own()


def check_names(query: Query, names: Names, existing: Collection[str], product: str) -> None:
    """Raises ToolFailure for a question about runs, pods, containers or labels that the store doesn't keep."""
    if query.previous:
        raise ToolFailure(
            f"{product} does not tell the runs of a container apart",
            "Leave previous out: its lines of all runs are there. Or ask source=pods.",
        )
    for asked, name, what in ((query.pod, names.pod, "pod"), (query.container, names.container, "container")):
        if asked and not name:
            raise ToolFailure(
                f"the logs in {product} of that time do not say their {what}",
                f"They have: {some(sorted(existing))}." if existing else "There are none at all: look further back.",
            )
    for requirement in parse_selector(query.labels):
        if not label_name(requirement.key, existing) and requirement.operator in ("in", "exists"):
            raise ToolFailure(
                f"the logs in {product} have no label {requirement.key}",
                suggestion(requirement.key, existing) or f"They have: {some(sorted(existing))}.",
            )


async def limited(query: Query, fetch: Callable[[Query], Awaitable[list[Row]]]) -> list[Row]:
    """The first `query.limit` rows in its order, and all others of the same microsecond as the last of them.

    Without those, pages could not go on within a moment.
    """
    rows = await fetch(query)
    if len(rows) < query.limit:
        return rows
    edge = rows[-1].nanoseconds // 1000
    of_last_moment = replace(query, since=edge / 1e6, until=(edge + 1) / 1e6, limit=_MOST_OF_ONE_MOMENT)
    return [row for row in rows if row.nanoseconds // 1000 != edge] + await fetch(of_last_moment)


async def within(
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
                coverage.gaps.append(Gap(product, f"out of time after {counted(coverage.lines, 'line')}"))
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
                coverage.lines += batch.count()
                coverage.bytes += len(batch.data)
                yield batch
