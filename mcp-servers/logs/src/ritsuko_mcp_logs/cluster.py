"""The apiserver, read-only: one GET for JSON, one for a stream of bytes. There is no other verb in here.

Typed API classes are left out on purpose: they cost 25 MiB and parse objects of which we need ten fields.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

import aiohttp
from pydantic import BaseModel, ValidationError

from ritsuko_mcp_common.errors import BackendUnreachable, ConfigurationError, ToolFailure
from ritsuko_mcp_common.kubernetes import Target, connect, find, renew

ModelT = TypeVar("ModelT", bound=BaseModel)

_MOST_JSON_BYTES = 24 * 2**20
_CONNECT_SECONDS = 5.0
_JSON_SECONDS = 15.0
_CHUNK = 256 * 1024
# Of each log that is read at the time; the library's own 2 MiB make the memory grow with the length of logs.
_BUFFER = 128 * 1024


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
        # Any: kubernetes.aio has no types worth the name.
        self._client: Any = None
        self._connected_to: Target | None = None
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
        if self._client is not None:
            await self._client.close()
            self._client = None

    @asynccontextmanager
    async def _response(
        self, path: str, query: Mapping[str, str], *, seconds: float | None
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        try:
            client = await self._connected()
            sent = dict(client.configuration.api_key)
            response = await self._get(path, query, seconds)
            if response.status == 401 and await renew(client, self._connected_to, sent):
                response.release()
                response = await self._get(path, query, seconds)
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

    async def _get(self, path: str, query: Mapping[str, str], seconds: float | None) -> aiohttp.ClientResponse:
        client = await self._connected()
        headers: dict[str, str] = {"Accept": "application/json, */*"}
        await client.update_params_for_auth(headers, [], ["BearerToken"], path, "GET", None)
        url = f"{client.configuration.host}{path}"
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=_CONNECT_SECONDS)
        answer = await client.rest_client.request(
            "GET", f"{url}?{urlencode(query)}" if query else url, headers=headers, _request_timeout=timeout
        )
        return cast(aiohttp.ClientResponse, answer.response)

    def _target(self) -> Target | None:
        try:
            return find(kubeconfig=self._kubeconfig)[0]
        except ConfigurationError as error:
            # Not at the start: other sources may be all that is needed.
            raise BackendUnreachable(str(error), "Set KUBECONFIG to a kubeconfig file, or unset it.") from error

    async def _connected(self) -> Any:
        async with self._connecting:
            if self._client is None:
                target = await asyncio.to_thread(self._target)
                self._client = await connect(target)
                self._client.configuration.client_session_kwargs = {"read_bufsize": _BUFFER}
                self._connected_to = target
                self._namespace = target.namespace if target else "default"
            return self._client


def _message(body: bytes) -> str:
    """The message of a Kubernetes Status, or the beginning of whatever else it is."""
    try:
        return Status.model_validate_json(body).message
    except ValidationError:
        return " ".join(body[:200].decode(errors="replace").split()) or "nothing"
