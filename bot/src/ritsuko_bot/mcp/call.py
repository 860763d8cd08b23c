"""One call of a tool: its turn, its deadline, its retries, and in plain words why it failed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mcp import MCPError
from mcp_types import CONNECTION_CLOSED, INVALID_PARAMS, METHOD_NOT_FOUND, PARSE_ERROR, REQUEST_TIMEOUT, CallToolResult
from pydantic import JsonValue, ValidationError

from ritsuko_api.identity import META_KEY, User, sign
from ritsuko_bot.mcp.connection import Connection, bearer_of
from ritsuko_bot.mcp.errors import (
    AnswerUnusable,
    CallFailed,
    ConnectionLost,
    DeadlineExceeded,
    ServerRefused,
    ServerUnavailable,
)
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.tools import Tool
from ritsuko_bot.mcp.transport import Fault, fault_of, too_large

Progress = Callable[[str], Awaitable[None]]

_ATTEMPTS = 3
_RETRY_AFTER = 0.15


async def call(
    server: Server, tool: Tool, arguments: Mapping[str, JsonValue], *, user: User, progress: Progress
) -> CallToolResult:
    """The tool's result, which may be an error of the tool itself (`is_error`). Raises `CallFailed`.

    The deadline covers everything, the wait for a free slot too. Cancelling this cancels the call on the server.
    """
    seconds = server.policy.timeout_seconds
    slot = object()
    running = False
    server.call_started()
    try:
        async with asyncio.timeout(seconds):
            await server.slots.acquire_on_behalf_of(slot)
            running = True
            return await _with_retries(server, tool, arguments, user=user, progress=progress)
    except TimeoutError as error:
        if running:
            cause = f"{server.name} did not answer within {seconds:g} s"
            advice = "Ask for less, or try again. The limit is tools.timeoutSeconds of the server."
        else:
            cause = f"{server.name} was busy with other calls for {seconds:g} s, and this one did not get its turn"
            advice = "Try again later. The limit is tools.maxConcurrentCalls of the server."
        raise DeadlineExceeded(cause, advice) from error
    finally:
        if running:
            server.slots.release_on_behalf_of(slot)
        server.call_ended()


async def _with_retries(
    server: Server, tool: Tool, arguments: Mapping[str, JsonValue], *, user: User, progress: Progress
) -> CallToolResult:
    for attempt in range(1, _ATTEMPTS + 1):
        connection = await server.connection()
        try:
            return await _once(server, connection, tool, arguments, user=user, progress=progress)
        except MCPError as error:
            fault = fault_of(error.error)
            lost = fault is Fault.LOST or (fault is None and error.code == CONNECTION_CLOSED)
            if lost or fault in (Fault.NOT_SENT, Fault.SESSION):
                server.suspect(connection, session_over=fault is Fault.SESSION)
            # What never reached the tool may be sent again; what may have reached it, only if that does no harm.
            harmless = fault in (Fault.NOT_SENT, Fault.SESSION) or (lost and tool.repeatable)
            if not harmless or attempt == _ATTEMPTS:
                raise _in_words(server, error, fault, lost=lost) from error
        except ValidationError as error:
            raise AnswerUnusable(
                f"{server.name} answered with something that MCP does not allow", "That is a fault of the server."
            ) from error
        except RuntimeError as error:
            # The SDK's word for a result that breaks the tool's own output schema.
            first = str(error).partition("\n")[0]
            raise AnswerUnusable(f"{server.name}: {first}", "That is a fault of the server.") from error
        await asyncio.sleep(_RETRY_AFTER * attempt)
    raise AssertionError("the last attempt returns or raises")


async def _once(
    server: Server,
    connection: Connection,
    tool: Tool,
    arguments: Mapping[str, JsonValue],
    *,
    user: User,
    progress: Progress,
) -> CallToolResult:
    async def report(progress: float, total: float | None, message: str | None) -> None:
        share = f"{progress:g} of {total:g}" if total else f"{progress:g}"
        await tell(f"{message} ({share})" if message else share)

    tell = progress
    return await connection.client.call_tool(
        tool.name, dict(arguments), progress_callback=report, meta=_meta(server, user)
    )


def _meta(server: Server, user: User) -> Any:
    """The signed word on who asks, for a server that shares a secret with us; nothing for any other."""
    bearer = bearer_of(server.entry)
    if bearer is None:
        return None
    try:
        secret = bearer.read()
    except (OSError, ValueError) as error:
        raise ServerUnavailable(f"cannot read the bearer token of {server.name}: {error}") from error
    return {META_KEY: sign(secret, user=user, server=server.name, now=time.time())}


def _in_words(server: Server, error: MCPError, fault: Fault | None, *, lost: bool) -> CallFailed:
    text = error.message
    if fault is Fault.NOT_SENT:
        return ServerUnavailable(
            f"{server.name} is down: {text}", "I keep trying to reach it, and it works again as soon as it answers."
        )
    if fault is Fault.TOO_LARGE or "byte limit" in text:
        return AnswerUnusable(f"{server.name}: {too_large()}", "Ask for less: narrow it down, or set a limit.")
    if lost or fault is Fault.SESSION:
        return ConnectionLost(
            f"the connection to {server.name} broke while it worked on this: {text}",
            "Whether it was carried out is not known. Look before you ask again.",
        )
    if error.code == REQUEST_TIMEOUT:
        return DeadlineExceeded(f"{server.name}: {text}", "Ask for less, or try again.")
    if error.code == PARSE_ERROR or text.startswith("Unexpected content type"):
        return AnswerUnusable(
            f"{server.name} answered with something that MCP does not allow", "That is a fault of the server."
        )
    if error.code in (INVALID_PARAMS, METHOD_NOT_FOUND):
        return ServerRefused(f"{server.name} refused the call: {text}", "Its tools may have changed a moment ago.")
    return ServerRefused(f"{server.name} answered with an error: {text}")
