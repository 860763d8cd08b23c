"""A log store behind HTTP, queried with GET. Its errors say what to do."""

import asyncio
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, JsonValue, ValidationError
from pydantic_core import to_json

from ritsuko_mcp_common.credentials import BasicFile, BearerFile
from ritsuko_mcp_common.errors import BackendUnreachable, ConfigurationError, ToolFailure

_CONNECTIONS = 16
_CONNECT_SECONDS = 5.0
_SILENCE_SECONDS = 20.0
_REASON = re.compile(r'^\s*\{\s*"error":.*?"type":\s*"(\w+)",\s*"reason":\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreEndpoint:
    """Where a store is and how to get in.

    `variable` is what the names of its settings begin with, `part` the rest of the one that says which logs are meant.
    """

    product: str
    variable: str
    url: str
    part: str = "TENANT"
    bearer_token_file: Path | None = None
    basic_auth_file: Path | None = None
    ca_file: Path | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class QueryRejected(ToolFailure):
    """The store understood us and says no to the query: `said` is what it says."""

    def __init__(self, product: str, status: int, said: str) -> None:
        super().__init__(f"{product} rejected the query ({status}): {said}", "Narrow the time range, pods or text.")
        self.said = said


class TooLarge(ToolFailure):
    """An answer of more bytes than one may have."""


class StoreClient:
    """One store. Its methods raise `BackendUnreachable`, `QueryRejected` and `TooLarge`."""

    def __init__(self, access: StoreEndpoint, *, max_bytes: int) -> None:
        self._access = access
        self._max_bytes = max_bytes
        self._base = access.url.rstrip("/")
        self._http = _http(access)
        self.address = _without_credentials(access.url)
        self.name = f"{access.product} at {self.address}"

    async def get(
        self,
        path: str,
        model: type[ModelT],
        parameters: Mapping[str, str],
        *,
        seconds: float,
        question: JsonValue = None,
    ) -> ModelT:
        """The JSON answer as `model`; some stores take a `question` as the request's body."""
        try:
            async with asyncio.timeout(seconds), self.stream(path, parameters, question) as chunks:
                body = bytearray()
                async for chunk in chunks:
                    body += chunk
                    if len(body) > self._max_bytes:
                        raise TooLarge(
                            f"the response of {self.name} is larger than {self._max_bytes / 2**20:.3g} MiB",
                            "Narrow the time range, pods or text.",
                        )
        except TimeoutError:
            raise BackendUnreachable(
                f"{self.name} did not respond within {seconds:.3g} s",
                f"Use a shorter time or fewer pods, or check whether {self._access.product} is overloaded.",
            ) from None
        try:
            return model.model_validate_json(bytes(body))
        except ValidationError as error:
            raise self._not_the_api(f"unexpected response: {_beginning(bytes(body))}") from error

    @asynccontextmanager
    async def stream(
        self, path: str, parameters: Mapping[str, str], question: JsonValue = None
    ) -> AsyncGenerator[AsyncIterator[bytes]]:
        """The bytes of an answer as they come; leaving the block ends the transfer."""
        variable = self._access.variable
        body, headers = None, None
        if question is not None:
            body, headers = to_json(question), {"Content-Type": "application/json"}
        request = self._http.stream("GET", self._base + path, params=dict(parameters), content=body, headers=headers)
        try:
            async with request as response:
                if not response.is_success:
                    raise await self._failure(response)
                if _media(response) == "text/html":
                    raise self._not_the_api(await _described(response))
                yield response.aiter_bytes(256 * 1024)
        except httpx2.ConnectError as error:
            raise BackendUnreachable(
                f"{self.name} is unreachable: {_reason(error)}", _connecting_hint(_reason(error), variable)
            ) from error
        except httpx2.TimeoutException as error:
            raise BackendUnreachable(
                f"{self.name} did not respond in time: {_reason(error)}",
                "Try again, or check whether it is overloaded.",
            ) from error
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise BackendUnreachable(
                f"the response of {self.name} was truncated: {_reason(error)}",
                "Try again; if it persists, check its log or the proxy in front of it.",
            ) from error

    async def aclose(self) -> None:
        """Close the pool."""
        await self._http.aclose()

    async def _failure(self, response: httpx2.Response) -> ToolFailure:
        status, said, variable = response.status_code, await _described(response), self._access.variable
        if status in (401, 403):
            return BackendUnreachable(
                f"{self.name} rejected our credentials ({said})",
                f"Check the file of {variable}_BEARER_TOKEN_FILE or {variable}_BASIC_AUTH_FILE, and "
                f"{variable}_{self._access.part}.",
            )
        if status == 429:
            wait = response.headers.get("retry-after", "")
            return BackendUnreachable(
                f"{self.name} is rate limiting requests: {said}",
                f"Try again in {wait} seconds." if wait.isdigit() else "Try again in a minute.",
            )
        if status in (400, 422) and _media(response) != "text/html":
            return QueryRejected(self._access.product, status, said.partition(": ")[2] or said)
        if status >= 500:
            return BackendUnreachable(
                f"{self.name} or the proxy in front of it failed: {said}",
                "Try again; if it persists, check its log.",
            )
        return self._not_the_api(said)

    def _not_the_api(self, said: str) -> BackendUnreachable:
        return BackendUnreachable(
            f"the server at {self.address} does not serve {self._access.product}'s API: {said}",
            f"Check {self._access.variable}_URL; there must be no login page or proxy in front of it.",
        )


def _http(access: StoreEndpoint) -> httpx2.AsyncClient:
    try:
        tls = ssl.create_default_context(cafile=access.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"{access.variable}_CA_FILE: cannot be read as certificates ({error})") from error
    auth: httpx2.Auth | None = None
    if access.bearer_token_file:
        auth = BearerFile(access.bearer_token_file)
    elif access.basic_auth_file:
        auth = BasicFile(access.basic_auth_file)
    return httpx2.AsyncClient(
        auth=auth,
        verify=tls,
        headers=dict(access.headers),
        # Proxies named in the environment are for the way out of the cluster, not for what stands in it.
        trust_env=False,
        timeout=httpx2.Timeout(_SILENCE_SECONDS, connect=_CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
    )


def _connecting_hint(reason: str, variable: str) -> str:
    if "expired" in reason:
        return "Its certificate has expired: renew it."
    if "certificate" in reason.lower():
        return (
            f"Set {variable}_CA_FILE to the CA that signed its certificate, and use the host name in the certificate."
        )
    return f"Check that it is running, that {variable}_URL is correct and that no network policy blocks it."


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


async def _described(response: httpx2.Response) -> str:
    """`HTTP 502, an HTML page "Bad Gateway"`: what kind of answer it is, quoting little of it."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > 4096:
            break
    text = body.decode(errors="replace")
    status = f"HTTP {response.status_code}"
    if _media(response) == "text/html":
        start, end = text.lower().find("<title>"), text.lower().find("</title>")
        title = text[start + 7 : end].strip()[:80] if 0 <= start < end else ""
        return f'{status}, an HTML page "{title}"' if title else f"{status}, an HTML page"
    return f"{status}: {_beginning(bytes(body))}"


def _beginning(body: bytes) -> str:
    text = body.decode(errors="replace")
    # What Elasticsearch and OpenSearch bury among braces.
    if reason := _REASON.search(text):
        text = f"{reason[1]}: {reason[2]}"
    return " ".join(text[:1000].split())[:300] or "nothing"


def _media(response: httpx2.Response) -> str:
    return response.headers.get("content-type", "").partition(";")[0].strip().lower()


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
