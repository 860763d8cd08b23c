"""A server's list of tools, and how a change of it is detected."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

import anyio
from mcp import MCPError
from mcp.client.session import IncomingMessage
from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
from mcp_types import CONNECTION_CLOSED, REQUEST_TIMEOUT, ToolListChangedNotification

from ritsuko_bot.mcp.connection import Connection
from ritsuko_bot.mcp.tools import Tool, list_tools, tools_hash

logger = logging.getLogger(__name__)

_RELIST_EVERY = 30.0
# A listing that takes long is asked for less often: it may use this share of the time.
_SHARE = 0.1


class Listing:
    """The tools as last listed; `digest` is their hash. `hint` is called when they may have changed."""

    def __init__(self, name: str, *, hint: Callable[[], None]) -> None:
        self.tools: Mapping[str, Tool] = {}
        self.digest: str | None = None
        self._name = name
        self._hint = hint
        self._hints = 0
        self._hints_heeded = 0
        self._subscribed = False
        self._good_until = 0.0

    def due(self, connection: Connection) -> bool:
        """Whether to list the tools again: after a hint, or after a while if the server gives no hints."""
        pushes = self._subscribed or connection.pushes
        hinted = self._hints != self._hints_heeded
        return hinted or _now() >= self._good_until + (_RELIST_EVERY if pushes else 0)

    async def refresh(self, connection: Connection) -> bool:
        """Lists the tools again; True if they changed. A hint that comes meanwhile stays, and all do if this fails."""
        hints, began = self._hints, _now()
        tools = await list_tools(connection.client)
        self._hints_heeded = hints
        self._good_until = _now() + (_now() - began) / _SHARE
        digest = tools_hash(tools)
        if digest == self.digest:
            return False
        self.tools, self.digest = tools, digest
        logger.info("server %s has %d tools", self._name, len(tools))
        return True

    async def listen(self, connection: Connection) -> None:
        """Waits for changes of a server of the newer protocol. A stream that ends may mean that it restarted."""
        while True:
            try:
                async with connection.client.listen(tools_list_changed=True) as events:
                    self._subscribed = bool(events.honored.tools_list_changed)
                    async for _ in events:
                        self._look_again()
            except SubscriptionLost:
                pass
            except (MCPError, ListenNotSupportedError) as error:
                if not isinstance(error, MCPError) or error.code not in (CONNECTION_CLOSED, REQUEST_TIMEOUT):
                    logger.debug("server %s does not support subscriptions: %s", self._name, error)
                    return
            finally:
                self._subscribed = False
            self._look_again()
            await anyio.sleep(1)

    async def on_message(self, message: IncomingMessage) -> None:
        """Notes changes of a server of the older protocol."""
        if isinstance(message, ToolListChangedNotification):
            self._look_again()

    def _look_again(self) -> None:
        self._hints += 1
        self._hint()


def _now() -> float:
    return asyncio.get_running_loop().time()
