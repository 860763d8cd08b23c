"""What the tools query."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.presentation.external_urls import ExternalUrls


def whole_seconds() -> float:
    """Unix time in whole seconds: easier to read, and no metric is scraped more often."""
    return float(int(time.time()))


@dataclass(frozen=True, slots=True)
class PrometheusBackend:
    """The Prometheus that tools query, the URLs that people open, and the clock (Unix seconds)."""

    client: PrometheusClient
    external: ExternalUrls
    now: Callable[[], float] = whole_seconds
