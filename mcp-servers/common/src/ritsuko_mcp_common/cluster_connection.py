"""Connections to an API server: as the pod's ServiceAccount here, from a kubeconfig in `kubeconfig`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from ritsuko_common.service_account import ServiceAccount, ServiceAccountError
from ritsuko_mcp_common.errors import BackendUnreachable


@dataclass(frozen=True, slots=True)
class ClusterRequest:
    """A request to an API server. `path` is encoded already, `body` is sent as JSON."""

    method: str
    path: str
    timeout: aiohttp.ClientTimeout
    query: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: Any = None

    def url(self, address: str) -> str:
        """The whole URL at that scheme, host and port."""
        return f"{address}{self.path}?{urlencode(self.query)}" if self.query else f"{address}{self.path}"


class ClusterConnection(ABC):
    """Sends requests with the credentials of a target. Connections stay open between requests."""

    async def send(self, request: ClusterRequest) -> aiohttp.ClientResponse:
        """The response, of which the body is still to be read; the caller closes it.

        After a 401 the credentials are read again, and where they are others now the request is sent once more.
        Raises `aiohttp.ClientError`, `OSError` and `TimeoutError` where no response comes, and `BackendUnreachable`
        for credentials that cannot be read.
        """
        credentials = self._credentials()
        response = await self._send(request, credentials)
        if response.status != HTTPStatus.UNAUTHORIZED:
            return response
        fresh = await self._renewed(credentials)
        if fresh == credentials:
            return response
        response.close()
        return await self._send(request, fresh)

    @abstractmethod
    async def close(self) -> None:
        """Closes the connections."""

    @abstractmethod
    def _credentials(self) -> Mapping[str, str]:
        """The credentials as they are known now."""

    @abstractmethod
    async def _renewed(self, refused: Mapping[str, str]) -> Mapping[str, str]:
        """The credentials, read again after the API server refused these."""

    @abstractmethod
    async def _send(self, request: ClusterRequest, credentials: Mapping[str, str]) -> aiohttp.ClientResponse: ...


class PodConnection(ClusterConnection):
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

    async def close(self) -> None:
        await self._session.close()

    def _credentials(self) -> Mapping[str, str]:
        try:
            return {"Authorization": f"Bearer {self._account.token()}"}
        except ServiceAccountError as error:
            raise BackendUnreachable(str(error)) from error

    async def _renewed(self, refused: Mapping[str, str]) -> Mapping[str, str]:
        return self._credentials()

    async def _send(self, request: ClusterRequest, credentials: Mapping[str, str]) -> aiohttp.ClientResponse:
        return await self._session.request(
            request.method,
            URL(request.url(self._account.address), encoded=True),
            headers={**request.headers, **credentials},
            json=request.body,
            timeout=request.timeout,
            allow_redirects=False,
        )
