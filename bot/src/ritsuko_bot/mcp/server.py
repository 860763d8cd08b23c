"""One server, and the task that owns its connection.

The SDK's client belongs to the task that opened it, so exactly one task opens, checks, rebuilds and closes it; calls
from anywhere only borrow it (`call.py`).
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import anyio
import httpx2
from mcp import MCPError
from mcp_types import CONNECTION_CLOSED
from pydantic import ValidationError

from ritsuko_api.config import ServerEntry, StdioServer, ToolsPolicy
from ritsuko_api.runtime import ServerInfo, ServerReport, ServerState
from ritsuko_bot.access.policy import offered
from ritsuko_bot.mcp.cache import ResultCache
from ritsuko_bot.mcp.connection import Connection, connect
from ritsuko_bot.mcp.errors import ServerUnavailable, in_words, root_cause
from ritsuko_bot.mcp.listing import Listing
from ritsuko_bot.mcp.questions import Questions
from ritsuko_bot.mcp.rate import Rate
from ritsuko_bot.mcp.tools import ListingEndless, Tool
from ritsuko_bot.mcp.transport import Fault, fault_of
from ritsuko_common.backoff import Backoff
from ritsuko_common.redaction.redactor import redacted
from ritsuko_common.rfc3339 import format_rfc3339

logger = logging.getLogger(__name__)

_CHECK_EVERY = 2.0
_CHECK_WITHIN = 3.0
_CONNECT_WITHIN = 30.0
_START_WITHIN = 60.0
_RECOVERY_WAIT = 2.0
_PAUSE = 0.05


class _NoSignOfLife(Exception):
    """The server did not answer a health check in time."""


class _SessionOver(Exception):
    """Our session has expired on the server: a new one is needed."""


_EXPECTED = (MCPError, TimeoutError, OSError, ValidationError, ListingEndless, httpx2.HTTPError, _NoSignOfLife)


class Server:
    """A server's state; `run` is its owner task. `changed` is called after every change of state.

    `error` is what is wrong now, `last_error` what was wrong last and when; `latency` is that of the latest check, in
    seconds.
    """

    def __init__(self, name: str, entry: ServerEntry, *, changed: Callable[[], None]) -> None:
        self.name = name
        self.entry = entry
        self.state = ServerState.CONNECTING
        self.error: str | None = None
        self.info: ServerInfo | None = None
        self.since = datetime.now(UTC)
        self.latency: float | None = None
        self.last_error: tuple[datetime, str] | None = None
        self.cache = ResultCache()
        self.rate = Rate()
        self.questions = Questions()
        self.slots = anyio.CapacityLimiter(entry.tools.max_concurrent_calls)
        self._changed = changed
        self._connection: Connection | None = None
        self._connected = asyncio.Event()
        self._wake = asyncio.Event()
        self.listing = Listing(name, hint=self._wake.set)
        self._session_over = False
        self._running_calls = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._life = anyio.CancelScope()

    @property
    def tools(self) -> Mapping[str, Tool]:
        """The tools by name; without a connection, those of the last one."""
        return self.listing.tools

    @property
    def policy(self) -> ToolsPolicy:
        """Which tools may be called and how. It can change without a new connection."""
        return self.entry.tools

    def adopt_policy(self, entry: ServerEntry) -> None:
        """Takes over an entry that differs from the current one only in its policy."""
        if entry != self.entry:
            self.entry = entry
            self.slots.total_tokens = entry.tools.max_concurrent_calls
            self._changed()

    def report(self) -> ServerReport:
        """The server's line in the report."""
        return ServerReport(
            name=self.name,
            state=self.state,
            serverInfo=self.info,
            tools=[tool.name for tool in self.tools.values() if offered(tool, self.policy)],
            toolsHash=self.listing.digest,
            error=self.error[:1024] if self.error else None,
            since=format_rfc3339(self.since),
        )

    async def connection(self) -> Connection:
        """The open connection. Waits briefly if it is being rebuilt; raises `ServerUnavailable`."""
        if self._connection is None:
            self._wake.set()
            with anyio.move_on_after(_RECOVERY_WAIT):
                await self._connected.wait()
        if self._connection is None:
            what = "is not connected yet" if self.state is ServerState.CONNECTING else "is down"
            raise ServerUnavailable(
                f"{self.name} {what}" + (f": {self.error}" if self.error else ""),
                "I keep reconnecting; it works again as soon as it answers.",
            )
        return self._connection

    def suspect(self, connection: Connection, *, session_over: bool = False) -> None:
        """A call failed on `connection` in a way that may affect other calls: check the server now."""
        if self._connection is connection:
            if session_over:
                # Nobody may use it again; the next call waits for the new one.
                self._disconnect()
                self._session_over = True
            self._wake.set()

    def call_started(self) -> None:
        self._running_calls += 1
        self._idle.clear()

    def call_ended(self) -> None:
        self._running_calls -= 1
        if self._running_calls == 0:
            self._idle.set()

    async def drained(self) -> None:
        """Returns when no call runs."""
        await self._idle.wait()

    def stop(self) -> None:
        """Ends `run`.

        A scope, because it insists: a task's own cancellation can be lost where it meets one of the SDK's many scopes
        in the same turn of the loop. It happened: an owner continued, while the task that awaited it waited forever.
        """
        self._life.cancel()

    async def run(self) -> None:
        """Keeps the connection open until `stop`. No error of the server gets out."""
        process = isinstance(self.entry, StdioServer)
        backoff = Backoff(0.2, 15.0 if process else 1.5)
        with self._life:
            while True:
                try:
                    await self._connect_and_serve(backoff, _START_WITHIN if process else _CONNECT_WITHIN)
                except Exception as error:
                    # The boundary that keeps whatever a server, or the SDK, comes up with from the other servers.
                    cause = root_cause(error)
                    if isinstance(cause, _SessionOver):
                        continue
                    if not isinstance(cause, _EXPECTED):
                        logger.exception("the owner task of server %s failed", self.name)
                    self._went_down(cause)
                await self._pause(backoff.next())

    async def _connect_and_serve(self, backoff: Backoff, within: float) -> None:
        ended: Exception | None = None
        try:
            with anyio.fail_after(within) as deadline:
                async with self._connect() as connection:
                    await self._relist(connection)
                    deadline.deadline = math.inf
                    backoff.reset()
                    self._came_up(connection)
                    try:
                        await self._serve(connection)
                    except Exception as error:
                        ended = error
                        raise
                    finally:
                        self._disconnect()
        except Exception as error:
            if ended is None or ended is error:
                raise
            # Closing a connection in the middle of something brings up errors of its own, which say nothing.
            raise ended from error

    def _connect(self) -> AbstractAsyncContextManager[Connection]:
        return connect(self.entry, on_message=self.listing.on_message, on_question=self.questions.asked)

    async def _serve(self, connection: Connection) -> None:
        """Checks the server regularly, and at once after a hint at a change."""
        async with anyio.create_task_group() as tasks:
            if connection.modern and connection.announces_changes:
                tasks.start_soon(self.listing.listen, connection)
            while True:
                await self._pause(_CHECK_EVERY)
                if self._session_over:
                    raise _SessionOver
                await self._check(connection)

    async def _check(self, connection: Connection) -> None:
        try:
            began = asyncio.get_running_loop().time()
            with anyio.fail_after(_CHECK_WITHIN):
                await connection.ping()
            self.latency = asyncio.get_running_loop().time() - began
            if self.listing.due(connection):
                with anyio.fail_after(_CONNECT_WITHIN):
                    await self._relist(connection)
        except TimeoutError:
            # A server that works on something may not have a hand free for us.
            if self._running_calls == 0:
                raise _NoSignOfLife("it does not answer") from None
        except MCPError as error:
            fault = fault_of(error.error)
            if fault is Fault.SESSION:
                raise _SessionOver from error
            if fault is not None or error.code == CONNECTION_CLOSED:
                raise
            # Any other error came from the server itself, which is the sign of life that was asked for.
            logger.debug("server %s answered a health check with: %s", self.name, error)

    async def _relist(self, connection: Connection) -> None:
        if await self.listing.refresh(connection):
            self.cache.clear()
            self._changed()

    async def _pause(self, seconds: float) -> None:
        """Waits, or less when woken; long enough that many events do not become many requests."""
        await anyio.sleep(min(_PAUSE, seconds))
        with anyio.move_on_after(seconds):
            await self._wake.wait()
        self._wake.clear()

    def _came_up(self, connection: Connection) -> None:
        self._connection = connection
        self._session_over = False
        # It may be another process, which knows better.
        self.cache.clear()
        info = connection.info()
        if self.state is not ServerState.READY or info != self.info:
            logger.info("server %s is ready: %s %s", self.name, info.name, info.version)
            self.info = info
            self._enter(ServerState.READY, None)
        self._connected.set()

    def _disconnect(self) -> None:
        self._connection = None
        self._connected.clear()

    def _went_down(self, error: BaseException) -> None:
        self._disconnect()
        text = redacted(in_words(error))
        self.latency = None
        self.last_error = (datetime.now(UTC), text)
        if self.state is not ServerState.DOWN or self.error != text:
            logger.warning("server %s is down: %s", self.name, text)
            self._enter(ServerState.DOWN, text)

    def _enter(self, state: ServerState, error: str | None) -> None:
        if state is not self.state:
            self.since = datetime.now(UTC)
        self.state, self.error = state, error
        self._changed()
