"""The server: its settings turned into a client, its two tools, and how they are put to callers."""

import ssl
import time
from importlib.metadata import version
from typing import Annotated

import httpx2
from pydantic import Field

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ConfigurationError
from ritsuko_mcp_common.server import Service
from ritsuko_mcp_common.tool import read_tool

from .client import PrometheusClient
from .credentials import BasicFile, BearerFile
from .instant import instant
from .ranged import ranged
from .settings import PrometheusSettings

_CONNECTIONS = 16
_CONNECT_SECONDS = 5.0

Query = Annotated[
    str, Field(description="PromQL, like up or sum by (job) (rate(http_requests_total[5m]))", max_length=6000)
]
Limit = Annotated[int, Field(ge=1, le=1000, description="most rows to return")]
Cursor = Annotated[str, Field(description="next_cursor of the answer to go on after")]
Moment = "now, -1h, 2026-01-31T14:00:00Z or a Unix timestamp"


def build(settings: PrometheusSettings) -> Service:
    """The service for these settings. Raises ConfigurationError for a CA file that can't be used."""
    client = PrometheusClient(
        settings.prometheus_url,
        _http(settings),
        timeout_seconds=settings.query_timeout_seconds,
        max_bytes=settings.prometheus_max_bytes,
    )

    async def query(
        query: Query,
        time: Annotated[str, Field(description=Moment)] = "now",
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Envelope:
        """Value of a PromQL query at one moment: a row a series, largest first unless the query sorts.
        An empty answer says why and names the nearest metrics."""
        return await instant(client, query, time, limit, cursor, now=_now())

    async def query_range(
        query: Query,
        start: Annotated[str, Field(description=Moment)] = "-1h",
        end: Annotated[str, Field(description=Moment)] = "now",
        step: Annotated[str, Field(description="time between points, like 30s or 5m; auto: about 240 points")] = "auto",
        points: Annotated[bool, Field(description="every point instead of statistics and trend")] = False,
        limit: Limit = 50,
        cursor: Cursor = "",
    ) -> Envelope:
        """Course of a PromQL query over time: min, max, mean, last, count and a sparkline a series, or its points."""
        return await ranged(client, query, start, end, step, points, limit, cursor, now=_now())

    return Service(
        name="prometheus",
        version=version("ritsuko-mcp-prometheus"),
        instructions="Queries one Prometheus: query for a moment, query_range for a course over time.",
        settings=settings,
        tools=[read_tool(query, title="Query metrics"), read_tool(query_range, title="Query metrics over time")],
        backend=client,
    )


def _http(settings: PrometheusSettings) -> httpx2.AsyncClient:
    try:
        tls = ssl.create_default_context(cafile=settings.prometheus_ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"PROMETHEUS_CA_FILE: can't be read as certificates ({error})") from error
    auth: httpx2.Auth | None = None
    if settings.prometheus_bearer_token_file:
        auth = BearerFile(settings.prometheus_bearer_token_file)
    elif settings.prometheus_basic_auth_file:
        auth = BasicFile(settings.prometheus_basic_auth_file)
    return httpx2.AsyncClient(
        auth=auth,
        verify=tls,
        # Proxies named in the environment are for the way out of the cluster, not for what stands in it.
        trust_env=False,
        timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
    )


def _now() -> float:
    """Whole seconds: they read better, and no metric is scraped more often."""
    return float(int(time.time()))
