"""The apiserver, read-only: one GET for JSON, one for a stream of bytes. There is no other verb in here.

Typed API classes are left out on purpose: they cost 25 MiB and parse objects of which we need ten fields.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TypeVar

import aiohttp
from pydantic import BaseModel, ValidationError

from ritsuko_mcp_common.cluster_connection import ClusterConnection, ClusterRequest
from ritsuko_mcp_common.errors import BackendUnreachable, ConfigurationError, ToolFailure
from ritsuko_mcp_common.kubernetes import Target, connect, find

ModelT = TypeVar("ModelT", bound=BaseModel)

_MOST_JSON_BYTES = 24 * 2**20
_CONNECT_SECONDS = 5.0
_JSON_SECONDS = 15.0
_CHUNK = 256 * 1024


class Version(BaseModel):
    """/version."""

    gitVersion: str


class Status(BaseModel):
    """What the apiserver says when it says no."""

    message: str


class ApiFailure(ToolFailure):
    """The apiserver answered with an error status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"the apiserver answered {status}: {message}")
        self.status = status
        self.reason = message


class Cluster:
    """The cluster this pod runs in, or the current context of the kubeconfig. Connects at the first request."""

    def __init__(self, kubeconfig: str = "") -> None:
        self._kubeconfig = kubeconfig
        self._connection: ClusterConnection | None = None
        self._namespace = "default"
        self._connecting = asyncio.Lock()

    async def namespace(self) -> str:
        """The namespace that is meant when none is named: the pod's own, or the context's."""
        await self._connected()
        return self._namespace

    async def get(self, path: str, model: type[ModelT], query: Mapping[str, str] | None = None) -> ModelT:
        """The JSON object at `path`. Raises ApiFailure and BackendUnreachable."""
        async with self._response(path, query or {}, seconds=_JSON_SECONDS) as response:
            body = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                body += chunk
                if len(body) > _MOST_JSON_BYTES:
                    raise ToolFailure("the apiserver's list is too long to read whole", "Narrow it with labels.")
        try:
            return model.model_validate_json(bytes(body))
        except ValidationError as error:
            raise BackendUnreachable("what answers is not an apiserver", "Check the kubeconfig.") from error

    @asynccontextmanager
    async def stream(self, path: str, query: Mapping[str, str]) -> AsyncGenerator[AsyncIterator[bytes]]:
        """The bytes at `path` as they come; leaving the block ends the transfer.

        Raises ApiFailure and BackendUnreachable, also from the iteration when the connection breaks.
        """
        async with self._response(path, query, seconds=None) as response:
            yield response.content.iter_chunked(_CHUNK)

    async def check(self) -> str:
        """`Kubernetes v1.34.4`."""
        version = await self.get("/version", Version)
        return f"Kubernetes {version.gitVersion}"

    async def aclose(self) -> None:
        """Close the connections."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    @asynccontextmanager
    async def _response(
        self, path: str, query: Mapping[str, str], *, seconds: float | None
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        try:
            connection = await self._connected()
            timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=_CONNECT_SECONDS)
            headers = {"Accept": "application/json, */*"}
            response = await connection.send(ClusterRequest("GET", path, timeout, query, headers))
            try:
                if response.status != 200:
                    raise ApiFailure(response.status, _message(await response.content.read(_CHUNK)))
                yield response
            finally:
                response.close()
        except TimeoutError as error:
            raise BackendUnreachable("the apiserver gave no answer in time", "Try again.") from error
        except aiohttp.ClientError as error:
            raise BackendUnreachable(
                f"the connection to the apiserver failed: {str(error) or type(error).__name__}", "Try again."
            ) from error

    def _target(self) -> Target | None:
        try:
            return find(kubeconfig=self._kubeconfig)[0]
        except ConfigurationError as error:
            # Not at the start: other sources may be all that is needed.
            raise BackendUnreachable(str(error), "Set KUBECONFIG to a kubeconfig file, or unset it.") from error

    async def _connected(self) -> ClusterConnection:
        async with self._connecting:
            if self._connection is None:
                target = await asyncio.to_thread(self._target)
                self._connection = await connect(target)
                self._namespace = target.namespace if target else "default"
            return self._connection


def _message(body: bytes) -> str:
    """The message of a Kubernetes Status, or the beginning of whatever else it is."""
    try:
        return Status.model_validate_json(body).message
    except ValidationError:
        return " ".join(body[:200].decode(errors="replace").split()) or "nothing"
