"""Calling the server over HTTP, and Prometheus itself, over connections that stay open."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from mcp import Client


@dataclass(frozen=True)
class Asking:
    """One server of ours and the Prometheus behind it."""

    client: Client
    http: httpx2.AsyncClient

    async def tool(self, tool: str, *, fails: bool = False, **arguments: Any) -> dict[str, Any]:
        """The structured answer; with `text` in it as well."""
        result = await self.client.call_tool(tool, arguments)
        content = result.content[0]
        assert content.type == "text"
        assert result.is_error == fails, content.text
        assert result.structured_content is not None
        return {**result.structured_content, "text": content.text}

    async def raw(self, endpoint: str, **parameters: str | float) -> dict[str, Any]:
        """What Prometheus says by itself, whether well or ill."""
        return (await self.http.get(f"/api/v1/{endpoint}", params=parameters)).json()


@asynccontextmanager
async def asking(address: str, prometheus_url: str) -> AsyncIterator[Asking]:
    """Connected to the server at `address` and to the Prometheus behind it."""
    async with (
        Client(f"{address}/mcp") as client,
        httpx2.AsyncClient(base_url=prometheus_url, trust_env=False) as http,
    ):
        yield Asking(client, http)
