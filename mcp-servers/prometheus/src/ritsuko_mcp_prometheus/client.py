"""The part of Prometheus' HTTP API that only reads, over one connection pool.

https://prometheus.io/docs/prometheus/latest/querying/api/
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import ValidationError

from .answers import Answer, decode, decode_failure, decode_strings
from .errors import BackendUnavailable, QueryFailed
from .promql_errors import bad_query, failed_query

_GRACE_SECONDS = 2.0
"""How much longer than Prometheus' own deadline we wait: its own message about it says more than ours."""

_T = TypeVar("_T")


class PrometheusClient:
    """One Prometheus, or anything that speaks its API. Methods raise what is in `errors`."""

    def __init__(self, url: str, http: httpx2.AsyncClient, *, timeout_seconds: float, max_bytes: int) -> None:
        self._base = url.rstrip("/")
        self._http = http
        self._timeout = timeout_seconds
        self._max_bytes = max_bytes
        self.address = without_credentials(url)

    async def query(self, promql: str, at: float) -> Answer:
        """The query's value at one moment (Unix seconds)."""
        return await self._evaluate("query", promql, {"time": f"{at:.3f}"})

    async def query_range(self, promql: str, start: float, end: float, step: float) -> Answer:
        """The query's values from `start` to `end` (Unix seconds, both included), every `step` seconds."""
        window = {"start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:.3f}"}
        return await self._evaluate("query_range", promql, window)

    async def metric_names(self) -> list[str]:
        """Every metric's name, sorted."""
        return await self._get("/api/v1/label/__name__/values", {}, decode_strings)

    async def check(self) -> str:
        """What answers, once a query was answered: the cheapest one proves address and credentials alike."""
        await self.query("vector(1)", 0.0)
        return f"Prometheus at {self.address}"

    async def aclose(self) -> None:
        """Close the pool."""
        await self._http.aclose()

    async def _evaluate(self, endpoint: str, promql: str, parameters: Mapping[str, str]) -> Answer:
        # In milliseconds: Prometheus' durations have no fractions.
        deadline = {"timeout": f"{round(self._timeout * 1000)}ms"}
        return await self._get(f"/api/v1/{endpoint}", {"query": promql, **deadline, **parameters}, decode)

    async def _get(self, path: str, parameters: Mapping[str, str], decoder: Callable[[bytes], _T]) -> _T:
        try:
            async with asyncio.timeout(self._timeout + _GRACE_SECONDS):
                response, body = await self._read(path, parameters)
        except TimeoutError:
            raise BackendUnavailable(
                f"Prometheus at {self.address} gave no answer within {self._timeout + _GRACE_SECONDS:g} s",
                "Ask for less (fewer series, a shorter time), or look whether Prometheus is overloaded.",
            ) from None
        if not response.is_success:
            self._explain_failure(response, body, parameters.get("query", ""))
        try:
            return decoder(body)
        except ValidationError as error:
            raise BackendUnavailable(
                f"what answers at {self.address} is not the Prometheus API: {_describe(response, body)}",
                "Check PROMETHEUS_URL: it is the address in front of /api/v1, without /graph or /query, "
                "and no login page or proxy may stand before it.",
            ) from error

    async def _read(self, path: str, parameters: Mapping[str, str]) -> tuple[httpx2.Response, bytes]:
        try:
            try:
                return await self._read_once(path, parameters)
            except httpx2.RemoteProtocolError:
                # A pooled connection that the other side had closed meanwhile. Reading twice does no harm.
                return await self._read_once(path, parameters)
        except httpx2.ConnectError as error:
            raise BackendUnavailable(
                f"Prometheus at {self.address} can't be reached: {_reason(error)}",
                "Check that it runs, that PROMETHEUS_URL is right and that no network policy is in the way.",
            ) from error
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise BackendUnavailable(
                f"the answer of Prometheus at {self.address} broke off: {_reason(error)}",
                "Try again; if it stays so, look at Prometheus' log or at the proxy before it.",
            ) from error

    async def _read_once(self, path: str, parameters: Mapping[str, str]) -> tuple[httpx2.Response, bytes]:
        async with self._http.stream("GET", self._base + path, params=dict(parameters)) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._max_bytes:
                    raise QueryFailed(
                        f"the answer is larger than {self._max_bytes // 2**20} MiB, so it was not read to its end",
                        "Aggregate (sum by (...), topk(20, ...)), match fewer series, or take a longer step.",
                    )
            return response, bytes(body)

    def _explain_failure(self, response: httpx2.Response, body: bytes, promql: str) -> NoReturn:
        status = response.status_code
        failure = decode_failure(body)
        if failure and failure.errorType == "bad_data":
            raise bad_query(promql, failure.error)
        if failure and failure.errorType not in ("", "unauthorized", "forbidden", "too_many_requests", "unavailable"):
            raise failed_query(failure.errorType, failure.error)
        said = _describe(response, body)
        if status in (401, 403):
            raise BackendUnavailable(
                f"Prometheus at {self.address} refuses our credentials: {said}",
                "Check the file that PROMETHEUS_BEARER_TOKEN_FILE or PROMETHEUS_BASIC_AUTH_FILE names, and its rights.",
            )
        if status == 429:
            wait = response.headers.get("retry-after", "")
            raise BackendUnavailable(
                f"Prometheus at {self.address} takes no more requests just now: {said}",
                f"Try again in {wait} seconds." if wait.isdigit() else "Try again in a minute.",
            )
        if status >= 500:
            raise BackendUnavailable(
                f"Prometheus at {self.address} or the proxy before it is in trouble: {said}",
                "Try again; if it stays so, look at its log.",
            )
        raise BackendUnavailable(
            f"what answers at {self.address} is not the Prometheus API: {said}",
            "Check PROMETHEUS_URL: it is the address in front of /api/v1, without /graph or /query.",
        )


def without_credentials(url: str) -> str:
    """The address fit for messages: no user, password, query or fragment."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _describe(response: httpx2.Response, body: bytes) -> str:
    """`HTTP 502, an HTML page "Bad Gateway"`: what kind of answer it was, quoting little of it."""
    media = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    text = body[:4096].decode(errors="replace").strip()
    status = f"HTTP {response.status_code}"
    if media == "text/html" or text[:15].lower().startswith(("<!doctype html", "<html")):
        start, end = text.lower().find("<title>"), text.lower().find("</title>")
        title = text[start + 7 : end].strip()[:80] if 0 <= start < end else ""
        return f'{status}, an HTML page "{title}"' if title else f"{status}, an HTML page"
    if failure := decode_failure(body):
        return f"{status}: {failure.error[:200]}"
    return f"{status}: {' '.join(text.split())[:120]}" if text else f"{status}, an empty body"


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
