"""The door in front of /mcp: loopback peers, this machine's own names, the right token; nobody else.

The kubelet probes the pod's address, so the port cannot listen on the loopback alone; what is behind it can.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

_LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# JSON-RPC leaves -32000 to -32099 to servers. An MCP client shows the message of such an error to its user.
_REFUSED = -32001


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is rejected: `reason` for metrics, `message` for its sender."""

    status: int
    reason: str
    message: str


class Guard:
    """ASGI middleware: lets a request through to `app`, or answers it with a JSON-RPC error that says what to do."""

    def __init__(self, app: ASGIApp, *, token: str | None, refused: Callable[[str], None]) -> None:
        self._app = app
        self._token = token
        self._refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        peer = scope.get("client")
        refusal = check(peer[0] if peer else None, Headers(scope=scope), self._token)
        if refusal is None:
            await self._app(scope, receive, send)
            return
        self._refused(refusal.reason)
        await _answer(refusal, send)


def check(peer: str | None, headers: Headers, token: str | None) -> Refusal | None:
    """The first reason to refuse a request, or None."""
    if not _is_loopback(peer):
        return Refusal(
            403,
            "peer",
            "This server accepts calls from its own pod (or machine) only: call it over localhost. "
            "/health and /metrics are open.",
        )
    host = headers.get("host", "")
    if _host_name(f"//{host}") not in _LOCAL_NAMES:
        return Refusal(
            403, "host", "The Host header must be localhost, 127.0.0.1 or [::1]: call the server over localhost."
        )
    origin = headers.get("origin")
    if origin is not None and _host_name(origin) not in _LOCAL_NAMES:
        return Refusal(403, "origin", "Web pages cannot call this server: the Origin must be localhost.")
    if token is not None:
        return _check_token(headers.get("authorization"), token)
    return None


def _check_token(authorization: str | None, token: str) -> Refusal | None:
    if authorization is None:
        return Refusal(
            401,
            "no token",
            "This server requires a token: send the header 'Authorization: Bearer <MCP_AUTH_TOKEN of the server>'.",
        )
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        return Refusal(
            401,
            "wrong token",
            "The token does not match this server's MCP_AUTH_TOKEN. After changing the Secret, restart both.",
        )
    return None


def _is_loopback(peer: str | None) -> bool:
    try:
        address = ipaddress.ip_address(peer or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or (mapped is not None and mapped.is_loopback)


def _host_name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


async def _answer(refusal: Refusal, send: Send) -> None:
    error = {"code": _REFUSED, "message": refusal.message, "data": {"reason": refusal.reason}}
    body = json.dumps({"jsonrpc": "2.0", "id": None, "error": error}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
