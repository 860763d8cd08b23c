"""What Prometheus alerted about in a window of time."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field

from ritsuko_mcp_logs.sources.store_client import StoreClient, StoreEndpoint
from ritsuko_mcp_logs.sources.store_settings import CredentialSettings, HttpAddress

_ABOUT = ("pod", "deployment", "statefulset", "job", "node", "instance")
_POINTS = 240
_SHORTEST_STEP = 15.0
_SECONDS = 8.0
_MOST_BYTES = 8 * 2**20


class AlertSettings(CredentialSettings):
    """`PROMETHEUS_*`: the Prometheus whose alerts an incident shows."""

    prometheus_url: HttpAddress = Field(
        default="", description="base URL of Prometheus without /api/v1, for alerts in incident; unset: no alerts"
    )
    prometheus_bearer_token_file: Path | None = Field(
        default=None, description="file with a bearer token for Prometheus"
    )
    prometheus_basic_auth_file: Path | None = Field(default=None, description="file with user:password for Prometheus")
    prometheus_ca_file: Path | None = Field(
        default=None, description="CA certificates to trust instead of the system's"
    )


class _Series(BaseModel):
    metric: dict[str, str]
    values: list[tuple[float, str]]


class _Result(BaseModel):
    result: list[_Series] = []


class _Answer(BaseModel):
    """https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries"""

    data: _Result


@dataclass(frozen=True, slots=True)
class FiredAlert:
    """An alert that fired, from its first to its last evaluation in the window (Unix seconds)."""

    name: str
    about: str
    severity: str
    first: float
    last: float
    before: bool
    """It fired already when the window began."""


async def alerts(settings: AlertSettings, namespace: str, since: float, until: float) -> list[FiredAlert]:
    """Those about the namespace (`*`: any) or about none in particular. Raises ToolFailure."""
    step = max(_SHORTEST_STEP, (until - since) / _POINTS)
    parameters = {
        "query": 'ALERTS{alertstate="firing"}',
        "start": f"{since:.3f}",
        "end": f"{until:.3f}",
        "step": f"{step:.3f}",
    }
    prometheus = StoreClient(_endpoint(settings), max_bytes=_MOST_BYTES)
    try:
        answer = await prometheus.get("/api/v1/query_range", _Answer, parameters, seconds=_SECONDS)
    finally:
        await prometheus.aclose()
    return [
        _fired(series, since, step)
        for series in answer.data.result
        if series.values and (namespace == "*" or series.metric.get("namespace", namespace) == namespace)
    ]


def _endpoint(settings: AlertSettings) -> StoreEndpoint:
    return StoreEndpoint(
        product="Prometheus",
        variable="PROMETHEUS",
        url=settings.prometheus_url,
        bearer_token_file=settings.prometheus_bearer_token_file,
        basic_auth_file=settings.prometheus_basic_auth_file,
        ca_file=settings.prometheus_ca_file,
    )


def _fired(series: _Series, since: float, step: float) -> FiredAlert:
    labels = series.metric
    about = next((f"{name}/{labels[name]}" for name in _ABOUT if name in labels), "")
    first, last = series.values[0][0], series.values[-1][0]
    return FiredAlert(
        labels.get("alertname", "?"), about, labels.get("severity", ""), first, last, before=first - since < step
    )
