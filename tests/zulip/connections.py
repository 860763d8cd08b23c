"""Open connections by the client's address, so that a fault can cut one without a word."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


@dataclass
class _Open:
    transport: asyncio.Transport
    lost: asyncio.Event = field(default_factory=asyncio.Event)


_open: dict[tuple[str, int], _Open] = {}


class CuttableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, kept findable while its connection lasts."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self.client is not None:
            _open[self.client] = _Open(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self.client is not None and (connection := _open.pop(self.client, None)) is not None:
            connection.lost.set()


async def cut(client: tuple[str, int]) -> None:
    """Abort the client's connection and wait until the server has noticed."""
    connection = _open.get(client)
    if connection is not None:
        connection.transport.abort()
        await connection.lost.wait()
