"""The operator's client: server-side apply and a few plain verbs over aiohttp, for objects as plain JSON.

It keeps a session of its own. kopf closes its session when a watch fails for good, and our writes must outlive that.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import aiohttp
import kopf
from pydantic_core import from_json, to_json

from ritsuko_operator.reconcile.cluster import FIELD_MANAGER, Object, ObjectRef
from ritsuko_operator.reconcile.errors import ApiError, ApiUnreachableError, GoneError, StatusCause
from ritsuko_operator.reconcile.kinds import Kind
from ritsuko_operator.render.templating import to_yaml
from ritsuko_operator.runtime.metrics import Metrics
from ritsuko_operator.runtime.watch_event import WatchEvent

_APPLY = "application/apply-patch+yaml"
_MERGE = "application/merge-patch+json"
_METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_CREDENTIALS_LIFE = 60.0  # seconds: how client-go treats the token in a file
PAGE = 30  # objects of one list: they are all parsed at once, which takes ten times the memory of the text
_METADATA_PAGE = 120  # they are smaller
_TOO_BUSY = (429, 503)
_PATIENT_TRIES = 3
_LONGEST_PAUSE = 8.0  # seconds; longer than that a key waits in the queue and not in a worker
_JITTER = 0.5
_MOST_CONNECTIONS = 64
_LONGEST_EVENT = 2**24  # bytes of one line of a watch: etcd takes objects of 1.5 MiB, whose JSON may be escaped


class Api:
    """The apiserver. `connect` says how to reach it; it is asked again when the credentials are old or refused.

    An answer is waited for `timeout` seconds, a third of that for the connection. At most so many `connections` are
    open at once, 0 for any number.
    """

    def __init__(
        self,
        connect: Callable[[], kopf.ConnectionInfo],
        metrics: Metrics,
        *,
        timeout: float = 30.0,
        connections: int = _MOST_CONNECTIONS,
    ) -> None:
        self._connect = connect
        self._metrics = metrics
        self._info = connect()
        self._read_at = time.monotonic()
        self._timeout = timeout
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self._info.as_ssl_context(), limit=connections),
            timeout=aiohttp.ClientTimeout(total=timeout, connect=timeout / 3),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def get(self, ref: ObjectRef) -> Object | None:
        try:
            return await self._request("GET", ref.kind, ref.kind.path(ref.namespace, ref.name), what=f"reading {ref}")
        except GoneError:
            return None

    async def get_metadata(self, ref: ObjectRef) -> Object | None:
        """The object without anything but its metadata: of a Secret no content travels."""
        path = ref.kind.path(ref.namespace, ref.name)
        try:
            return await self._request("GET", ref.kind, path, accept=_METADATA, what=f"reading the metadata of {ref}")
        except GoneError:
            return None

    async def plurals(self, kind: Kind) -> frozenset[str]:
        """What the API serves in the kind's group and version; nothing if it knows no such group."""
        path = f"/apis/{kind.api_version}"
        try:
            found = await self._request("GET", kind, path, what=f"discovering {kind.api_version}")
        except GoneError:
            return frozenset()
        return frozenset(str(entry["name"]) for entry in found["resources"])

    def list_all(self, kind: Kind, *, namespace: str | None = None, selector: str = "") -> AsyncIterator[Object]:
        """All objects of a kind, in pages; without a namespace, of all of them."""
        return self._list(kind, namespace, selector, PAGE, "application/json")

    def list_metadata(self, kind: Kind, *, namespace: str | None = None, selector: str = "") -> AsyncIterator[Object]:
        """The same without anything but their metadata."""
        return self._list(kind, namespace, selector, _METADATA_PAGE, _METADATA_LIST)

    async def _list(
        self, kind: Kind, namespace: str | None, selector: str, limit: int, accept: str
    ) -> AsyncIterator[Object]:
        params = {"limit": str(limit), **({"labelSelector": selector} if selector else {})}
        path, what = kind.path(namespace), f"listing {kind.plural}"
        while True:
            page = await self._request("GET", kind, path, params=params, accept=accept, verb="LIST", what=what)
            items: list[Object] = page["items"] or []  # null in an empty list of metadata
            for item in items:
                yield {**item, "apiVersion": kind.api_version, "kind": kind.name}
            if not page["metadata"].get("continue"):
                return
            params["continue"] = page["metadata"]["continue"]

    async def version(self, kind: Kind, *, namespace: str | None = None, selector: str = "") -> str:
        """The resource version that the kind is at: a watch from there on misses nothing that a later list lacks."""
        page = await self._request(
            "GET",
            kind,
            kind.path(namespace),
            params={"limit": "1", **({"labelSelector": selector} if selector else {})},
            accept=_METADATA_LIST,
            verb="LIST",
            what=f"listing {kind.plural}",
        )
        return str(page["metadata"]["resourceVersion"])

    async def watch(
        self, kind: Kind, version: str, *, lasts: int, silent: float, namespace: str | None = None, selector: str = ""
    ) -> AsyncGenerator[WatchEvent]:
        """What happens to a kind after that resource version: events as the apiserver writes them, bookmarks too.

        It ends when the apiserver ends it, which it is asked to do after `lasts` seconds. Raises `ApiUnreachableError`
        when nothing at all has come for `silent` seconds.
        """
        params = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(lasts),
            **({"labelSelector": selector} if selector else {}),
        }
        what, limits = f"watching {kind.plural}", aiohttp.ClientTimeout(sock_connect=self._timeout, sock_read=silent)
        headers = {"Accept": "application/json"}
        async with self._answer(
            "GET", kind, kind.path(namespace), "WATCH", what, None, headers, params, limits
        ) as answer:
            if answer.status >= 400:
                raise _refusal(what, answer, await answer.text())
            async for line in _lines(answer.content, what):
                try:
                    yield WatchEvent.of(line)
                except ValueError as error:
                    raise ApiUnreachableError(f"{what}: the response is not a watch event ({error})") from error

    async def apply(
        self, ref: ObjectRef, manifest: Object, *, subresource: str | None = None, dry_run: bool = False
    ) -> Object:
        return await self._request(
            "PATCH",
            ref.kind,
            ref.kind.path(ref.namespace, ref.name, subresource),
            body=manifest,
            content_type=_APPLY,
            params={"fieldManager": FIELD_MANAGER, "force": "true", **({"dryRun": "All"} if dry_run else {})},
            verb="DRYRUN" if dry_run else "APPLY",
            what=f"applying {f'{subresource} of ' if subresource else ''}{ref}",
        )

    async def patch(self, ref: ObjectRef, patch: Object) -> Object:
        return await self._request(
            "PATCH",
            ref.kind,
            ref.kind.path(ref.namespace, ref.name),
            body=patch,
            content_type=_MERGE,
            params={"fieldManager": FIELD_MANAGER},
            what=f"patching {ref}",
        )

    async def replace(self, ref: ObjectRef, manifest: Object) -> Object:
        """Writes the whole object if it still has the `resourceVersion` that the manifest names."""
        path = ref.kind.path(ref.namespace, ref.name)
        return await self._request("PUT", ref.kind, path, body=manifest, what=f"replacing {ref}")

    async def delete(self, ref: ObjectRef, *, uid: str) -> None:
        body = {"preconditions": {"uid": uid}, "propagationPolicy": "Background"}
        path = ref.kind.path(ref.namespace, ref.name)
        try:
            await self._request("DELETE", ref.kind, path, body=body, what=f"deleting {ref}")
        except GoneError:
            return

    async def create(self, kind: Kind, namespace: str, manifest: Object) -> Object:
        return await self._request(
            "POST", kind, kind.path(namespace), body=manifest, what=f"creating a {kind.name} in {namespace}"
        )

    async def _request(
        self,
        method: str,
        kind: Kind,
        path: str,
        *,
        what: str,
        verb: str | None = None,
        body: Object | None = None,
        content_type: str = "application/json",
        accept: str = "application/json",
        params: dict[str, str] | None = None,
    ) -> Object:
        headers = {"Accept": accept, **({"Content-Type": content_type} if body is not None else {})}
        renewed = False
        for last in (*[False] * _PATIENT_TRIES, True):
            sent = self._info
            async with self._answer(method, kind, path, verb or method, what, body, headers, params) as answer:
                if answer.status < 400:
                    return _parsed(what, await answer.read())
                refusal, pause = _refusal(what, answer, await answer.text()), _asked_to_wait(answer)
            if refusal.status == 401 and not renewed and not last and self._renewed(sent):
                renewed = True
                continue
            if last or pause is None:
                raise refusal
            # it holds its worker up: less is sent while the apiserver has too much to do
            await asyncio.sleep(pause * (1 + _JITTER * random.random()))
        raise AssertionError("the last try returns or raises")

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        kind: Kind,
        path: str,
        verb: str,
        what: str,
        body: Object | None,
        headers: dict[str, str],
        params: dict[str, str] | None,
        limits: aiohttp.ClientTimeout | None = None,
    ) -> AsyncGenerator[aiohttp.ClientResponse]:
        data: bytes | None = None
        if body is not None:
            # the apiserver reads an apply patch as YAML, which knows none of JSON's escapes beyond the basic plane
            data = to_yaml(body).encode() if headers["Content-Type"] == _APPLY else to_json(body)
        code = "unreachable"
        try:
            async with self._session.request(
                method,
                f"{self._info.server}{path}",
                params=params,
                data=data,
                headers={**self._credentials(), **headers},
                timeout=limits or self._session.timeout,
            ) as answer:
                code = str(answer.status)
                if answer.status == 401:
                    self._read_at = -_CREDENTIALS_LIFE
                yield answer
        except (TimeoutError, aiohttp.ClientError) as error:
            patience = limits.sock_read if limits else self._timeout
            why = str(error) or f"timed out after {patience:g} s"
            raise ApiUnreachableError(f"{what}: no response ({why})") from error
        finally:
            self._metrics.api_requests.labels(verb, kind.plural, code).inc()

    def _renewed(self, refused: kopf.ConnectionInfo) -> bool:
        """Whether there are other credentials than those that the API server refused: tokens in files are replaced."""
        if self._info is refused:
            self._info = self._connect()
            self._read_at = time.monotonic()
        return self._info.as_http_headers() != refused.as_http_headers()

    def _credentials(self) -> dict[str, str]:
        if time.monotonic() - self._read_at > _CREDENTIALS_LIFE:
            self._info = self._connect()
            self._read_at = time.monotonic()
        return self._info.as_http_headers()


async def _lines(content: aiohttp.StreamReader, what: str) -> AsyncIterator[bytes]:
    """The lines of an answer that goes on. Raises `ApiUnreachableError` for one that is longer than any object."""
    begun: list[bytes] = []
    size = 0
    async for chunk in content.iter_any():
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            yield b"".join([*begun, line])
            begun, size = [], 0
        begun.append(rest)
        size += len(rest)
        if size > _LONGEST_EVENT:
            raise ApiUnreachableError(f"{what}: an event is longer than {_LONGEST_EVENT:,} bytes")


def _parsed(what: str, text: bytes) -> Object:
    try:
        return from_json(text, cache_strings="keys")
    except ValueError as error:
        raise ApiUnreachableError(
            f"{what}: the response is not JSON, so it is not from the apiserver ({error})"
        ) from error


def _asked_to_wait(answer: aiohttp.ClientResponse) -> float | None:
    """For how many seconds the apiserver wants to be left alone before the same request is sent again.

    It sends this only with requests that it did not begin to work on (API Priority and Fairness), as seconds.
    """
    said = answer.headers.get("Retry-After", "")
    if answer.status not in _TOO_BUSY or not said.isdecimal():
        return None
    return min(float(said), _LONGEST_PAUSE)


def _refusal(what: str, answer: aiohttp.ClientResponse, text: str) -> ApiError:
    try:
        said: dict[str, Any] = json.loads(text)
        reason, message = str(said.get("reason", "")), str(said.get("message", ""))
        told: dict[str, Any] = said.get("details") or {}
        causes = [_cause(cause) for cause in told.get("causes") or ()]
    except (ValueError, AttributeError):
        reason, message, causes = "", text[:500], []
    error = GoneError if answer.status == 404 else ApiError
    return error(what, answer.status, reason, message, causes)


def _cause(cause: dict[str, Any]) -> StatusCause:
    return StatusCause(*(str(cause.get(key, "")) for key in ("field", "message", "reason")))
