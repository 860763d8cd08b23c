"""All servers of a bot, and the change from one config to the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Self

from ritsuko_api.config import McpConfig, ServerEntry, ToolsPolicy
from ritsuko_api.runtime import ServerReport, ServerState
from ritsuko_bot.mcp.server import Server

logger = logging.getLogger(__name__)


class Servers:
    """The connected servers. Enter it, `apply` a config, and apply the next one whenever it changes."""

    def __init__(self) -> None:
        self.config = McpConfig()
        self._running: dict[str, Server] = {}
        self._owners: dict[Server, asyncio.Task[None]] = {}
        self._retiring: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.Event] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._retiring:
            task.cancel()
        for server in self._owners:
            server.stop()
        await asyncio.gather(*self._owners.values(), *self._retiring, return_exceptions=True)

    @property
    def revision(self) -> str | None:
        """The revision of the config that is applied."""
        return self.config.revision

    @property
    def running(self) -> Mapping[str, Server]:
        """The servers in use, by name, in the config's order."""
        return self._running

    async def apply(self, config: McpConfig) -> None:
        """Makes the running servers those of `config`. Returns at once; connections open in the background.

        A server whose entry stays is left alone, also when its policy changes; one that goes finishes what it has in
        flight.
        """
        desired = config.mcp_servers if config.mcp_enabled else {}
        after: dict[str, Server] = {}
        for name, entry in desired.items():
            server = self._running.get(name)
            if server is not None and _same_connection(server.entry, entry):
                server.adopt_policy(entry)
            else:
                server = Server(name, entry, changed=self.notify)
                self._owners[server] = asyncio.create_task(server.run(), name=f"mcp server {name}")
            after[name] = server
        gone = [server for server in self._running.values() if server not in after.values()]
        self._running = after
        self.config = config
        for server in gone:
            task = asyncio.create_task(self._retire(server), name=f"mcp server {server.name} retires")
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)
        logger.info("config applied: revision %s, servers %s", config.revision, ", ".join(after) or "none")
        self.notify()

    def reports(self) -> list[ServerReport]:
        """The current state of every server, by name."""
        if not self.config.mcp_enabled:
            return [ServerReport(name=name, state=ServerState.DISABLED) for name in sorted(self.config.mcp_servers)]
        return [self._running[name].report() for name in sorted(self._running)]

    def notify(self) -> None:
        """Wakes everything that waits in `changes`."""
        for event in self._waiting:
            event.set()

    async def changes(self) -> AsyncIterator[None]:
        """Yields after every change of a server, its tools or the config; several changes at once are one."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            while True:
                await event.wait()
                event.clear()
                yield None
        finally:
            self._waiting.discard(event)

    async def _retire(self, server: Server) -> None:
        await server.drained()
        server.stop()
        await asyncio.wait({self._owners[server]})
        del self._owners[server]


def _same_connection(one: ServerEntry, other: ServerEntry) -> bool:
    """Whether two entries are equal except for their policy."""
    bare = ToolsPolicy()
    return one.model_copy(update={"tools": bare}) == other.model_copy(update={"tools": bare})
