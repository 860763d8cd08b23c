"""One request to a server, with its slot, deadline and retries, and a readable reason if it failed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mcp import MCPError
from mcp.client.client import Client
from mcp_types import CONNECTION_CLOSED, INVALID_PARAMS, METHOD_NOT_FOUND, PARSE_ERROR, REQUEST_TIMEOUT
from pydantic import ValidationError

from ritsuko_bot.mcp.errors import (
    AnswerUnusable,
    CallFailed,
    ConnectionLost,
    DeadlineExceeded,
    ServerRefused,
    ServerUnavailable,
)
from ritsuko_bot.mcp.questions import Asking, CallInProgress
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.transport import Fault, fault_of, too_large

_ATTEMPTS = 3
_RETRY_AFTER = 0.15

T = TypeVar("T")


async def request(
    server: Server, send: Callable[[Client], Awaitable[T]], *, repeatable: bool, asking: Asking | None = None
) -> T:
    """What `send` returns. Raises `CallFailed`.

    The deadline includes the wait for a free slot, but not the time that `asking` takes to answer the server's
    questions. `repeatable`: sending it twice has the same effect as sending it once. Cancelling this cancels the
    request on the server.
    """
    seconds = server.policy.timeout_seconds
    slot = object()
    running = False
    server.call_started()
    try:
        async with asyncio.timeout(seconds) as deadline:
            await server.slots.acquire_on_behalf_of(slot)
            running = True
            with server.questions.during(CallInProgress(asking, deadline)):
                return await _with_retries(server, send, repeatable=repeatable)
    except TimeoutError as error:
        if running:
            cause = f"{server.name} did not answer within {seconds:g} s"
            advice = "Ask for less, or retry. The limit is tools.timeoutSeconds of the server."
        else:
            cause = f"{server.name} was busy with other calls for {seconds:g} s"
            advice = "Retry later. The limit is tools.maxConcurrentCalls of the server."
        raise DeadlineExceeded(cause, advice) from error
    finally:
        if running:
            server.slots.release_on_behalf_of(slot)
        server.call_ended()


async def _with_retries(server: Server, send: Callable[[Client], Awaitable[T]], *, repeatable: bool) -> T:
    for attempt in range(1, _ATTEMPTS + 1):
        connection = await server.connection()
        try:
            return await send(connection.client)
        except MCPError as error:
            fault = fault_of(error.error)
            lost = fault is Fault.LOST or (fault is None and error.code == CONNECTION_CLOSED)
            if lost or fault in (Fault.NOT_SENT, Fault.SESSION):
                server.suspect(connection, session_over=fault is Fault.SESSION)
            # What never reached the tool may be sent again; what may have reached it, only if that does no harm.
            harmless = fault in (Fault.NOT_SENT, Fault.SESSION) or (lost and repeatable)
            if not harmless or attempt == _ATTEMPTS:
                raise _in_words(server, error, fault, lost=lost) from error
        except ValidationError as error:
            raise AnswerUnusable(
                f"{server.name} sent an answer that is not valid MCP", "This is a bug in the server."
            ) from error
        except RuntimeError as error:
            # The SDK's word for a result that breaks the tool's own output schema.
            first = str(error).partition("\n")[0]
            raise AnswerUnusable(f"{server.name}: {first}", "This is a bug in the server.") from error
        await asyncio.sleep(_RETRY_AFTER * attempt)
    raise AssertionError("the last attempt returns or raises")


def _in_words(server: Server, error: MCPError, fault: Fault | None, *, lost: bool) -> CallFailed:
    text = error.message
    if fault is Fault.NOT_SENT:
        return ServerUnavailable(
            f"{server.name} is down: {text}", "I keep reconnecting; it works again as soon as it answers."
        )
    if fault is Fault.TOO_LARGE or "byte limit" in text:
        return AnswerUnusable(f"{server.name}: {too_large()}", "Ask for less: add filters or a limit.")
    if lost or fault is Fault.SESSION:
        return ConnectionLost(
            f"the connection to {server.name} was lost during this call: {text}",
            "It may or may not have run. Check the current state before you run it again.",
        )
    if error.code == REQUEST_TIMEOUT:
        return DeadlineExceeded(f"{server.name}: {text}", "Ask for less, or retry.")
    if error.code == PARSE_ERROR or text.startswith("Unexpected content type"):
        return AnswerUnusable(f"{server.name} sent an answer that is not valid MCP", "This is a bug in the server.")
    if error.code in (INVALID_PARAMS, METHOD_NOT_FOUND):
        return ServerRefused(f"{server.name} rejected the call: {text}", "Its tools may have just changed.")
    return ServerRefused(f"{server.name} returned an error: {text}")
