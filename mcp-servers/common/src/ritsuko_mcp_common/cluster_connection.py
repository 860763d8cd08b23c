"""Connections to an API server: as the pod's ServiceAccount here, from a kubeconfig in `kubeconfig`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from ritsuko_common.service_account import ServiceAccount, ServiceAccountError
from ritsuko_mcp_common.errors import BackendUnreachable


class ClusterConnection(Protocol):
    """Sends requests with the credentials of a target. Connections stay open between requests."""

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: Any = None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 (aiohttp's own, with its parts)
    ) -> aiohttp.ClientResponse:
        """The response, of which the body is still to be read; the caller closes it.

        After a 401 the credentials are read again, and where they are others now the request is sent once more.
        Raises `aiohttp.ClientError`, `OSError` and `TimeoutError` where none comes, and `BackendUnreachable` for
        credentials that cannot be read.
        """
        ...

    async def close(self) -> None:
        """Closes the connections."""
        ...


class PodConnection:
    """As the pod's ServiceAccount."""

    def __init__(self, account: ServiceAccount, *, read_bufsize: int) -> None:
        """Raises `BackendUnreachable` where the authority's file cannot be used. Needs a running event loop."""
        self._account = account
        try:
            tls = account.tls()
        except ServiceAccountError as error:
            raise BackendUnreachable(str(error)) from error
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=tls), trust_env=True, read_bufsize=read_bufsize
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: Any = None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109
    ) -> aiohttp.ClientResponse:
        url = URL(url_of(self._account.address, path, query), encoded=True)
        token = self._token()
        response = await self._send(method, url, headers, body, timeout, token)
        if response.status == 401 and (fresh := self._token()) != token:
            response.close()
            response = await self._send(method, url, headers, body, timeout, fresh)
        return response

    async def close(self) -> None:
        await self._session.close()

    async def _send(
        self,
        method: str,
        url: URL,
        headers: Mapping[str, str],
        body: Any,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109
        token: str,
    ) -> aiohttp.ClientResponse:
        own = {"Authorization": f"Bearer {token}"}
        return await self._session.request(
            method, url, headers={**headers, **own}, json=body, timeout=timeout, allow_redirects=False
        )

    def _token(self) -> str:
        try:
            return self._account.token()
        except ServiceAccountError as error:
            raise BackendUnreachable(str(error)) from error


def url_of(address: str, path: str, query: Mapping[str, str]) -> str:
    """The whole URL; `path` is encoded already."""
    return f"{address}{path}?{urlencode(query)}" if query else f"{address}{path}"
