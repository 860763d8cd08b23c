"""One call of a tool, answered from the cache or by the server."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from mcp.client.client import Client
from mcp_types import CallToolResult
from pydantic import JsonValue

from ritsuko_api.identity import META_KEY, User, sign
from ritsuko_bot.mcp.cache import key_of
from ritsuko_bot.mcp.connection import bearer_of
from ritsuko_bot.mcp.errors import ServerUnavailable, TooManyCalls
from ritsuko_bot.mcp.questions import Asking
from ritsuko_bot.mcp.request import request
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.tools import Tool
from ritsuko_common.redaction.redactor import redacted

Progress = Callable[[str], Awaitable[None]]


class Outcome(NamedTuple):
    """A tool's result, which may be an error of the tool itself (`is_error`). `age`: in seconds, if it is cached."""

    result: CallToolResult
    age: float | None = None


async def call(
    server: Server,
    tool: Tool,
    arguments: Mapping[str, JsonValue],
    *,
    user: User,
    progress: Progress,
    asking: Asking | None = None,
    fresh: bool = False,
) -> Outcome:
    """The tool's result. Raises `CallFailed`.

    `asking` answers what the server asks back. `fresh`: not from the cache. Deadline and cancelling as in
    `request`.
    """

    tell = progress

    async def report(progress: float, total: float | None, message: str | None) -> None:
        share = f"{progress:g} of {total:g}" if total else f"{progress:g}"
        await tell(f"{redacted(message)} ({share})" if message else share)

    async def send(client: Client) -> CallToolResult:
        meta = _meta(server, user)
        return await client.call_tool(tool.name, dict(arguments), progress_callback=report, meta=meta)

    key = key_of(tool.name, arguments, user if bearer_of(server.entry) else None)
    keeping = server.policy.cache_seconds if tool.read_only else 0
    if keeping and not fresh and (kept := server.cache.get(key, seconds=keeping)) is not None:
        return Outcome(*kept)
    take_one(server)
    try:
        result = await request(server, send, repeatable=tool.repeatable, asking=asking)
    finally:
        if not tool.read_only:
            # Cached results may be outdated now.
            server.cache.clear()
    if keeping and not result.is_error and server.tools.get(tool.name) == tool:
        server.cache.put(key, result)
    return Outcome(result)


def take_one(server: Server) -> None:
    """Counts a call. Raises `TooManyCalls` if the limit of this minute is reached."""
    if wait := server.rate.take(server.policy.calls_per_minute):
        raise TooManyCalls(
            f"{server.name} has reached its limit of {server.policy.calls_per_minute} calls per minute",
            f"Retry in {math.ceil(wait)} s. The limit is tools.callsPerMinute of the server.",
        )


def _meta(server: Server, user: User) -> Any:
    """The signed identity of the asker, for a server that shares a secret with us; nothing for any other."""
    bearer = bearer_of(server.entry)
    if bearer is None:
        return None
    try:
        secret = bearer.read()
    except (OSError, ValueError) as error:
        raise ServerUnavailable(f"cannot read the bearer token of {server.name}: {error}") from error
    return {META_KEY: sign(secret, user=user, server=server.name, now=time.time())}
