"""A failed configuration reload: new targets and rules are not in effect."""

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.state.age import age


async def failed_reload(client: PrometheusClient, *, now: float) -> list[str]:
    """A warning if the last reload failed; none if the backend (Thanos, VictoriaMetrics) can't tell."""
    try:
        runtime = await client.runtime()
    except ToolFailure:
        return []
    if runtime.reloadConfigSuccess:
        return []
    since = f", {age(runtime.lastConfigTime, now)} old" if age(runtime.lastConfigTime, now) else ""
    return [
        f"the last configuration reload failed: Prometheus still uses the previous configuration{since}; "
        "see its log for the error"
    ]
