"""A client of the read-only part of Prometheus' HTTP API, with one connection pool.

https://prometheus.io/docs/prometheus/latest/querying/api/
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

import httpx2
from pydantic import ValidationError

from ritsuko_mcp_prometheus.api import failures, objects
from ritsuko_mcp_prometheus.api.query_result import QueryResult, decode
from ritsuko_mcp_prometheus.errors import QueryFailed

_GRACE_SECONDS = 2.0
"""How much longer we wait than Prometheus' own deadline: its error message says more than ours."""

_T = TypeVar("_T")
_Parameters = list[tuple[str, str]]


class PrometheusClient:
    """One Prometheus, or another backend with its API. Methods raise the exceptions in `errors`."""

    def __init__(self, url: str, http: httpx2.AsyncClient, *, timeout_seconds: float, max_bytes: int) -> None:
        self._base = url.rstrip("/")
        self._http = http
        self._timeout = timeout_seconds
        self._max_bytes = max_bytes
        self.address = failures.without_credentials(url)

    @property
    def source(self) -> str:
        """The backend's name for an envelope."""
        return f"Prometheus at {self.address}"

    async def query(self, promql: str, at: float) -> QueryResult:
        """The query's value at one moment (Unix seconds)."""
        return await self._evaluate("query", promql, [("time", f"{at:.3f}")])

    async def query_range(self, promql: str, start: float, end: float, step: float) -> QueryResult:
        """The query's values from `start` to `end` (Unix seconds, both included), every `step` seconds."""
        window = [("start", f"{start:.3f}"), ("end", f"{end:.3f}"), ("step", f"{step:.3f}")]
        return await self._evaluate("query_range", promql, window)

    async def format_query(self, promql: str) -> str:
        """The query as Prometheus formats it, without evaluating it. Raises BadRequest for an invalid query."""
        return await self._get("format_query", [("query", promql)], objects.decode_text)

    async def metric_names(self) -> list[str]:
        """Every metric's name, sorted."""
        return await self.label_values("__name__")

    async def label_names(self, match: str = "", window: tuple[float, float] | None = None) -> list[str]:
        """Label names, sorted; only of series that the selector `match` matches within the window, if given."""
        return await self._get("labels", _selection(match, window), objects.decode_strings)

    async def label_values(self, name: str, match: str = "", window: tuple[float, float] | None = None) -> list[str]:
        """A label's values, sorted; `match` and `window` (Unix seconds) as for `label_names`."""
        path = f"label/{quote(name, safe='')}/values"
        return await self._get(path, _selection(match, window), objects.decode_strings)

    async def metadata(self, metric: str = "") -> dict[str, list[objects.Metadata]]:
        """Metadata of one metric, or of all."""
        return await self._get("metadata", [("metric", metric)] if metric else [], objects.decode_metadata)

    async def targets(self) -> objects.Targets:
        """The active targets."""
        return await self._get("targets", [("state", "active")], objects.decode_targets)

    async def dropped_targets(self) -> list[objects.DroppedTarget]:
        """Targets that discovery found and relabelling dropped."""
        return (await self._get("targets", [("state", "dropped")], objects.decode_targets)).droppedTargets

    async def alertmanagers(self) -> list[dict[str, str]]:
        """The Alertmanagers that alerts are sent to."""
        return await self._get("alertmanagers", [], objects.decode_alertmanagers)

    async def runtime(self) -> objects.Runtime:
        """Runtime information of Prometheus itself."""
        return await self._get("status/runtimeinfo", [], objects.decode_runtime)

    async def tsdb(self, most: int) -> objects.Tsdb:
        """The number of series, and the `most` metrics with the most of them."""
        # Prometheus calls it limit, where it knows it, and VictoriaMetrics topN.
        return await self._get("status/tsdb", [("limit", str(most)), ("topN", str(most))], objects.decode_tsdb)

    async def exemplars(self, promql: str, start: float, end: float) -> list[objects.Exemplar]:
        """Exemplars of all series that the query selects, between two times (Unix seconds)."""
        parameters = [("query", promql), ("start", f"{start:.3f}"), ("end", f"{end:.3f}")]
        return await self._get("query_exemplars", parameters, objects.decode_exemplars)

    async def alerts(self) -> list[objects.Alert]:
        """Firing and pending alerts."""
        return await self._get("alerts", [], objects.decode_alerts)

    async def rules(self) -> list[objects.RuleGroup]:
        """Recording and alerting rules."""
        return await self._get("rules", [], objects.decode_rules)

    async def check(self) -> str:
        """The backend's name, after a query that proves both address and credentials."""
        await self.query("vector(1)", 0.0)
        return self.source

    async def aclose(self) -> None:
        """Close the pool."""
        await self._http.aclose()

    async def _evaluate(self, endpoint: str, promql: str, parameters: _Parameters) -> QueryResult:
        # In milliseconds: Prometheus' durations have no fractions.
        deadline = ("timeout", f"{round(self._timeout * 1000)}ms")
        return await self._get(endpoint, [("query", promql), deadline, *parameters], decode)

    async def _get(self, path: str, parameters: _Parameters, decoder: Callable[[bytes], _T]) -> _T:
        patience = self._timeout + _GRACE_SECONDS
        try:
            async with asyncio.timeout(patience):
                response, body = await self._read(f"{self._base}/api/v1/{path}", parameters)
        except TimeoutError:
            raise failures.too_slow(self.address, patience) from None
        if not response.is_success:
            asked = next((value for name, value in parameters if name in ("query", "match[]")), "")
            raise failures.refused(self.address, path, asked, response, body)
        try:
            return decoder(body)
        except ValidationError as error:
            raise failures.not_the_api(self.address, response, body) from error

    async def _read(self, url: str, parameters: _Parameters) -> tuple[httpx2.Response, bytes]:
        try:
            try:
                return await self._read_once(url, parameters)
            except httpx2.RemoteProtocolError:
                # The other side had closed the pooled connection. Reading twice is safe.
                return await self._read_once(url, parameters)
        except (httpx2.RequestError, httpx2.InvalidURL, ssl.SSLError) as error:
            # A client certificate is rejected after the handshake, when the HTTP client no longer maps TLS errors.
            raise failures.no_answer(self.address, error) from error

    async def _read_once(self, url: str, parameters: _Parameters) -> tuple[httpx2.Response, bytes]:
        async with self._http.stream("GET", url, params=httpx2.QueryParams(tuple(parameters))) as response:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._max_bytes:
                    raise QueryFailed(
                        f"the response is larger than {self._max_bytes // 2**20} MiB and was not read completely",
                        "Aggregate (sum by (...), topk(20, ...)), match fewer series, or use a longer step.",
                    )
            return response, bytes(body)


def _selection(match: str, window: tuple[float, float] | None) -> _Parameters:
    parameters = [("match[]", match)] if match else []
    if window is not None:
        parameters += [("start", f"{window[0]:.3f}"), ("end", f"{window[1]:.3f}")]
    return parameters
