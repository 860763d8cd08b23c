"""All the servers of a bot, and the swap from one config to the next."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

from ritsuko_api.config import McpConfig
from ritsuko_api.runtime import ServerReport


class Servers:
    """The servers that the bot talks to. Enter it, `apply` a config, and apply another one whenever it changes."""

    def __init__(self) -> None:
        self.config = McpConfig()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @property
    def revision(self) -> str | None:
        """The revision of the config that is applied."""
        return self.config.revision

    async def apply(self, config: McpConfig) -> None:
        """Makes the running servers those of `config`. Returns at once; connections come up in the background."""
        self.config = config

    def reports(self) -> list[ServerReport]:
        """Where every server stands now, by name."""
        return []

    def notify(self) -> None:
        """Wakes everybody who waits in `changes`."""

    async def changes(self) -> AsyncIterator[None]:
        """Yields after every change of a server, its tools or the config; several changes at once are one."""
        while True:
            await asyncio.sleep(3600)
            yield None
