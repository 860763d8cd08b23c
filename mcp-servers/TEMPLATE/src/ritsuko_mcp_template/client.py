"""The backend, to read from."""

from __future__ import annotations

import json
from typing import Any, cast

import httpx2

from ritsuko_mcp_common import BackendUnreachable, ToolFailure
from ritsuko_mcp_template.settings import TemplateSettings

_CONNECT_SECONDS = 5.0


class Client:
    """GETs JSON over connections that stay open. Cancelling a call closes its request."""

    def __init__(self, settings: TemplateSettings, *, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        self._limit = settings.template_max_bytes
        self._url = settings.template_url
        self._http = httpx2.AsyncClient(
            base_url=self._url,
            trust_env=False,
            timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
            transport=transport,
        )

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        """The JSON object at `path`. Raises `ToolFailure` for an error answer, `BackendUnreachable` for none."""
        body = b""
        try:
            async with self._http.stream("GET", path, params=query) as response:
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > self._limit:
                        raise ToolFailure(f"the response is larger than {self._limit:,} bytes", "Narrow the request.")
        except httpx2.TransportError as error:
            raise BackendUnreachable(
                f"{self._url} did not respond: {error}", "Check that it is running; see TEMPLATE_URL."
            ) from error
        if response.status_code >= 400:
            raise ToolFailure(
                f"the backend rejected the request ({response.status_code})", body[:300].decode(errors="replace")
            )
        return _object(body)

    async def check(self) -> str:
        """For /health: what answers."""
        await self.get("/")
        return self._url

    async def aclose(self) -> None:
        await self._http.aclose()


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer: Any = json.loads(body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise BackendUnreachable(
            "the backend's response is not a JSON object", "Check whether there is a proxy in between."
        )
    return cast("dict[str, Any]", answer)
