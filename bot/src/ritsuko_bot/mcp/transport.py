"""The guard between the MCP SDK and the network.

Out of the SDK's box one refused connection ends the whole client and cancels all who use it (python-sdk issue 3522).
So nothing that goes wrong on the wire leaves this transport as an exception: it becomes a JSON-RPC error, which the SDK
gives to the one call that it belongs to. The error's `data` says what the caller must know to decide about a retry.
"""

from __future__ import annotations

import http
import json
import os
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import httpx2
from mcp_types import INTERNAL_ERROR, ErrorData

MAX_ANSWER_BYTES = 16 * 1024 * 1024
_MAX_ERROR_BYTES = 64 * 1024
_FAULT = "ritsuko.dev/fault"
# Nobody waits for the answer to a notification or a good-bye, but the SDK's writer does: it must not hang.
_COURTESY_SECONDS = 1.0


class Fault(StrEnum):
    """What went wrong on the wire."""

    NOT_SENT = "not-sent"
    LOST = "lost"
    SESSION = "session"
    REJECTED = "rejected"
    TOO_LARGE = "too-large"


def fault_of(error: ErrorData) -> Fault | None:
    """The guard's classification of an error; None if the error is the server's own."""
    data: object = error.data
    if isinstance(data, dict) and _FAULT in data:
        return Fault(data[_FAULT])
    return None


class Bearer:
    """A bearer token in a file. It is read each time, because Kubernetes replaces such files at run time."""

    name = "authorization"

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str:
        """The token. Raises OSError or ValueError (empty, not text) with the path in the message."""
        return _secret(self._path, "token")

    def value(self) -> str:
        """The header's value; raises as `read` does."""
        return f"Bearer {self.read()}"


class HeaderFile:
    """A header whose value is in a file, which is read each time."""

    def __init__(self, name: str, path: Path) -> None:
        self.name = name.lower()
        self._path = path

    def value(self) -> str:
        """The header's value. Raises OSError or ValueError (empty, not text) with the path in the message."""
        return _secret(self._path, "value")


def _secret(path: Path, what: str) -> str:
    text = path.read_text(encoding="utf-8").strip()
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError(f"no {what} in {path}")
    return text


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Adds a server's headers and token to every request, and lets no network error out."""

    def __init__(
        self,
        inner: httpx2.AsyncBaseTransport,
        *,
        headers: Mapping[str, str],
        bearer: Bearer | None,
        header_files: Sequence[HeaderFile] = (),
    ) -> None:
        self._inner = inner
        self._headers = headers
        self._files: list[Bearer | HeaderFile] = [*([bearer] if bearer else []), *header_files]
        self.has_session = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers.update(self._headers)
        # An answer is bounded by its size on the wire, so it must not be able to unpack into something larger.
        request.headers["accept-encoding"] = "identity"
        if request.method == "DELETE" or b'"method":"notifications/' in request.content[:100]:
            request.extensions["timeout"] = {**request.extensions.get("timeout", {}), "read": _COURTESY_SECONDS}
        sent = _read(self._files)
        if isinstance(sent, str):
            return _fault(request, Fault.NOT_SENT, sent)
        response = await self._send(request, sent)
        if response.status_code == 401 and self._files:
            # The secret was rotated a moment ago: the server may know the new one before the file does, or vice versa.
            now = _read(self._files)
            if not isinstance(now, str) and now != sent:
                return await self._send(request, now)
        return response

    async def _send(self, request: httpx2.Request, secrets: Mapping[str, str]) -> httpx2.Response:
        request.headers.update(secrets)
        try:
            response = await self._inner.handle_async_request(request)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            return _fault(request, Fault.NOT_SENT, f"cannot reach {_origin(request)}: {_reason(error)}")
        except httpx2.TransportError as error:
            return _fault(request, Fault.LOST, f"{_origin(request)} closed the connection: {_reason(error)}")
        self.has_session = self.has_session or "mcp-session-id" in response.headers
        if response.status_code >= 400 or _is_json(response):
            return await self._read_whole(request, response)
        return response

    async def _read_whole(self, request: httpx2.Request, response: httpx2.Response) -> httpx2.Response:
        """The same response with its body read, or an error response if that failed."""
        limit = _MAX_ERROR_BYTES if response.status_code >= 400 else MAX_ANSWER_BYTES
        body = bytearray()
        try:
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > limit:
                    return _fault(request, Fault.TOO_LARGE, too_large())
        except httpx2.TransportError as error:
            return _fault(
                request,
                Fault.LOST,
                f"{_origin(request)} closed the connection before its answer was complete: {_reason(error)}",
            )
        finally:
            await response.aclose()
        if response.status_code >= 400:
            return _explain_status(request, response, bytes(body))
        headers = [(k, v) for k, v in response.headers.multi_items() if k not in _FRAMING_HEADERS]
        return httpx2.Response(response.status_code, headers=headers, content=bytes(body), request=request)

    async def aclose(self) -> None:
        await self._inner.aclose()


class RaisingTransport(httpx2.AsyncBaseTransport):
    """A guard that raises its errors, for the SDK's SSE transport, which has no errors per call."""

    def __init__(self, guard: GuardedTransport) -> None:
        self._guard = guard

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._guard.handle_async_request(request)
        if response.status_code < 400:
            return response
        body = await response.aread()
        raise httpx2.RequestError(_message_of(body) or f"HTTP {response.status_code}", request=request)

    async def aclose(self) -> None:
        await self._guard.aclose()


_FRAMING_HEADERS = {"content-length", "transfer-encoding"}


def too_large() -> str:
    """The message for an answer above the limit."""
    return f"the answer is larger than {MAX_ANSWER_BYTES // 1024 // 1024} MiB"


def _explain_status(request: httpx2.Request, response: httpx2.Response, body: bytes) -> httpx2.Response:
    status = response.status_code
    if "mcp-session-id" in request.headers and (status == 404 or (status == 400 and b"session" in body.lower())):
        return _fault(request, Fault.SESSION, "the session has expired on the server")
    if _is_jsonrpc_error(body):
        return httpx2.Response(status, content=body, headers={"content-type": "application/json"}, request=request)
    phrase = f"HTTP {status} {_phrase(status)}".strip()
    match status:
        case 401 | 403:
            text = f"{phrase}: the server rejected the configured bearer token or headers"
        case 404:
            text = f"{phrase}: no MCP endpoint at {request.url.path}"
        case _:
            text = phrase
    # 5xx before the server's own code ran (a proxy, a server that starts) cannot be distinguished from one after it.
    return _fault(request, Fault.LOST if status >= 500 else Fault.REJECTED, text, status=status)


def _fault(request: httpx2.Request, fault: Fault, text: str, *, status: int = 503) -> httpx2.Response:
    error = {"code": INTERNAL_ERROR, "message": text, "data": {_FAULT: fault}}
    return httpx2.Response(status, json={"jsonrpc": "2.0", "id": None, "error": error}, request=request)


def _is_json(response: httpx2.Response) -> bool:
    return response.headers.get("content-type", "").lower().startswith("application/json")


def _read(files: Sequence[Bearer | HeaderFile]) -> dict[str, str] | str:
    """The headers from files, or why they cannot be read."""
    try:
        return {file.name: file.value() for file in files}
    except (OSError, ValueError) as error:
        what = "bearer token" if any(isinstance(file, Bearer) for file in files) else "headers"
        return f"cannot read the {what}: {error}"


def _is_jsonrpc_error(body: bytes) -> bool:
    return _message_of(body) is not None


def _message_of(body: bytes) -> str | None:
    """The message of a JSON-RPC error."""
    try:
        document: object = json.loads(body)
    except (ValueError, RecursionError):
        return None
    match document:
        case {"error": {"message": str(message)}}:
            return message
        case {"error": dict()}:
            return ""
        case _:
            return None


def _origin(request: httpx2.Request) -> str:
    """Scheme, host and port: never the path or query, which may hold a credential."""
    return f"{request.url.scheme}://{request.url.netloc.decode('ascii', 'replace').rpartition('@')[2]}"


def _phrase(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


def _reason(error: BaseException) -> str:
    """The operating system's message if there is one ("Connection refused"), else the library's."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and isinstance(cause.errno, int) and cause.errno > 0:
            return os.strerror(cause.errno)
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx2.TimeoutException):
        return "timed out"
    return str(error) or type(error).__name__
