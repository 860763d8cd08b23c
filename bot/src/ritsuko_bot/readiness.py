"""Waits for the servers after a start."""

from __future__ import annotations

import asyncio
import contextlib

from ritsuko_api.runtime import ServerState
from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.servers import Servers


async def settled(servers: Servers, config_file: ConfigFile, *, within: float) -> None:
    """Returns when the config is applied or refused and every server is up or known to be down; at the latest after so
    many seconds.

    A command that is answered before that finds no tools, although they are about to be there.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):
            changes = servers.changes()
            while _settling(servers, config_file):
                await anext(changes)


def _settling(servers: Servers, config_file: ConfigFile) -> bool:
    if servers.config is not config_file.config:
        return config_file.error is None
    return any(server.state is ServerState.CONNECTING for server in servers.reports())
