"""What every tool answers from."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ritsuko_mcp_logs.analysis.prometheus_alerts import AlertSettings
from ritsuko_mcp_logs.cluster import Cluster
from ritsuko_mcp_logs.sources.registry import Sources


@dataclass(frozen=True, slots=True, kw_only=True)
class LogBackend:
    """The configured sources; the cluster and the Prometheus that an incident asks as well; the limits of one call."""

    sources: Sources
    cluster: Cluster
    alerts: AlertSettings
    reading_seconds: float
    output_budget: int
    """Bytes of one answer."""
    clock: Callable[[], float] = time.time
    """Unix seconds."""
