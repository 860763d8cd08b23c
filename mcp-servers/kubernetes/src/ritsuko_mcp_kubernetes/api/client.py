"""The API server, to read from. There is no way to write through this face: its one verb is GET, but for the question
whether something is allowed, which Kubernetes wants posted and which changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import quote

import aiohttp
from pydantic_core import from_json

from ritsuko_mcp_common import BackendUnreachable, ToolFailure
from ritsuko_mcp_common.cluster_connection import ClusterConnection, ClusterRequest
from ritsuko_mcp_common.kubernetes import Target, connect
from ritsuko_mcp_kubernetes import __version__
from ritsuko_mcp_kubernetes.api import impersonation
from ritsuko_mcp_kubernetes.api.failures import failure

Json = dict[str, Any]
Decoder = Callable[[bytes], Any]

_VERSION = "/version"  # public, and asked for /health by nobody in particular
_REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_CHUNK = 64 * 1024
_USER_AGENT = f"ritsuko-mcp-kubernetes/{__version__}"
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5.0, sock_read=20.0)


class KubernetesClient:
    """One cluster. Connects when first asked, keeps its connections open; cancelling a call closes its request."""

    def __init__(self, target: Target | None, *, max_response_bytes: int, impersonate: bool = False) -> None:
        self._target = target
        self._impersonate = impersonate
        self._limit = max_response_bytes
        self._connection: ClusterConnection | None = None
        self._connecting = asyncio.Lock()

    @property
    def name(self) -> str:
        """For answers: where they come from."""
        return self._target.name if self._target else "no cluster"

    @property
    def namespace(self) -> str:
        """The namespace meant when none is given."""
        return self._target.namespace if self._target else "default"

    async def get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        decode: Decoder = from_json,
    ) -> Json:
        """GET a path made by `path_of` and friends; the JSON object of the answer, as `decode` makes it of the bytes.

        Raises `ToolFailure`: see `failures` for error answers, `BackendUnreachable` when there is none.
        """
        return _object(await self._ask(path, query or {}, accept), decode)

    async def text(self, path: str, query: Mapping[str, str]) -> str:
        """GET a path whose answer is plain text, such as a log. Raises as `get` does."""
        return (await self._ask(path, query, "text/plain, */*")).decode(errors="replace")

    async def review(self, attributes: Mapping[str, str]) -> Json:
        """Asks whether we may do what `attributes` (ResourceAttributes) say; the SelfSubjectAccessReview answered."""
        question: Json = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": dict(attributes)},
        }
        return _object(await self._ask(_REVIEWS, {}, "application/json", question=question), from_json)

    @property
    def who(self) -> str:
        """Whose rights decide, for answers."""
        return impersonation.username() if self._impersonate else "this server"

    async def check(self) -> str:
        """For /health: the cluster's version."""
        version = await self.get(_VERSION)
        return f"Kubernetes {version.get('gitVersion', 'of unknown version')}"

    async def aclose(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def _ask(self, path: str, query: Mapping[str, str], accept: str, *, question: Json | None = None) -> bytes:
        """The one place that sends requests. With a `question` the path is always that of reviews."""
        connection = await self._connected()
        verb, path = ("GET", path) if question is None else ("POST", _REVIEWS)
        own = impersonation.headers() if self._impersonate and path != _VERSION else {}
        try:
            response = await connection.send(
                ClusterRequest(
                    verb,
                    path,
                    _TIMEOUT,
                    query={key: value for key, value in query.items() if value},
                    headers={"Accept": accept, "User-Agent": _USER_AGENT, **own},
                    body=question,
                )
            )
            async with response:
                answer = await self._read(response)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise BackendUnreachable(
                f"the API server of {self.name} did not respond: {reason}",
                "Check that it is running and reachable from here.",
            ) from error
        if response.status >= 400:
            raise failure(response.status, answer)
        return answer

    async def _connected(self) -> ClusterConnection:
        async with self._connecting:
            if self._connection is None:
                self._connection = await connect(self._target)
            return self._connection

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_chunked(_CHUNK):
            size += len(chunk)
            if size > self._limit:
                response.close()
                raise ToolFailure(
                    f"the API server's response is larger than {self._limit:,} bytes",
                    "Narrow the request: a namespace, a label selector, one name or a smaller limit.",
                )
            chunks.append(chunk)
        return b"".join(chunks)


def segment(name: str, what: str) -> str:
    """A name as one segment of a path, so that it can mean nothing else there.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#path-segment-names
    """
    if not name or len(name) > 253 or name in (".", "..") or any(c in name for c in "/%?#") or not name.isprintable():
        raise ToolFailure(f"{name[:60]!r} is not a valid name of a {what}", "Names cannot contain slashes or spaces.")
    return quote(name, safe="")


def _object(body: bytes, decode: Decoder) -> Json:
    try:
        answer: Any = decode(body)
    except ValueError as error:
        if "recursion" in str(error):
            raise ToolFailure(
                "an object in the response is nested too deeply to parse", "Exclude it from the request."
            ) from error
        raise BackendUnreachable(
            "the API server's response is not JSON", "Check whether there is a proxy in between."
        ) from error
    if not isinstance(answer, dict):
        raise BackendUnreachable(
            "the API server's response is not a JSON object", "Check whether there is a proxy in between."
        )
    return cast(Json, answer)
