"""A configuration that Prometheus did not take: what is new in it is neither scraped nor evaluated."""

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.state.age import age


async def failed_reload(client: PrometheusClient, *, now: float) -> list[str]:
    """A warning if the last reload failed; nothing where that can't be asked, as of Thanos or VictoriaMetrics."""
    try:
        runtime = await client.runtime()
    except ToolFailure:
        return []
    if runtime.reloadConfigSuccess:
        return []
    since = f", {age(runtime.lastConfigTime, now)} old" if age(runtime.lastConfigTime, now) else ""
    return [
        f"Prometheus did not take its configuration when that was last reloaded: an earlier one{since} is in effect, "
        "and its log tells what is wrong with the new one"
    ]
