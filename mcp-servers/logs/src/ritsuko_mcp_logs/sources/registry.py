"""The sources that are configured. A caller chooses one by name, never by address."""

import asyncio
from collections.abc import Sequence

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.sources.source import Source


class Sources:
    """The configured sources, the best one first. As a backend it is as healthy as that one."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._by_name = {source.name: source for source in sources}

    @property
    def names(self) -> list[str]:
        """What a caller may choose from; the first is the default."""
        return list(self._by_name)

    @property
    def all(self) -> list[Source]:
        """Every source, the best first."""
        return list(self._by_name.values())

    def choose(self, name: str = "") -> Source:
        """The source of that name; the best, if empty. Raises ToolFailure for one that is not configured."""
        if name and name not in self._by_name:
            raise ToolFailure(f"no source {name[:60]!r} is configured", f"There are: {', '.join(self._by_name)}.")
        return self._by_name[name or self.names[0]]

    async def check(self) -> str:
        """For /health: what answers."""
        return await self.all[0].check()

    async def aclose(self) -> None:
        """Let go of all connections."""
        await asyncio.gather(*(source.aclose() for source in self.all))
