"""The clusters of one deployment, by the names of their contexts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from ritsuko_mcp_common import ToolFailure, suggestion
from ritsuko_mcp_kubernetes.lookup.cluster import Cluster


class Clusters:
    """What the tools read from: every cluster, the default one first."""

    def __init__(self, by_context: Mapping[str, Cluster]) -> None:
        self._by_context = by_context

    @property
    def contexts(self) -> list[str]:
        return list(self._by_context)

    def choose(self, context: str) -> Cluster:
        """The cluster of a context; the default one without. Raises `ToolFailure` for a context that is not offered."""
        if not context:
            return next(iter(self._by_context.values()))
        if context not in self._by_context:
            raise ToolFailure(
                f"there is no cluster {context[:60]!r}",
                suggestion(context, self._by_context) or f"There are: {', '.join(self._by_context)}.",
            )
        return self._by_context[context]

    async def check(self) -> str:
        """For /health: the version of the default cluster, and how many others there are."""
        first, *others = self._by_context.items()
        version = await first[1].client.check()
        return version if not others else f"{first[0]}: {version}, and {len(others)} more contexts"

    async def aclose(self) -> None:
        await asyncio.gather(*(cluster.client.aclose() for cluster in self._by_context.values()))
